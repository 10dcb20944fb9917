/** Turns the failure to load the addon into a coded error with a remedy. */
import { type ErrorFields, ThalwegError } from '../errors.js';
import { lookAtSystem } from '../machine/system.js';

type Found = Omit<ErrorFields, 'path'>;

const build =
  'build it in a clone with script/build, and name its build/Release/thalweg.node in THALWEG_ADDON';

/** The library that provides each family of symbol versions, by the prefix of the version's name. */
const providers = [
  { prefix: 'GLIBC_', name: 'glibc', remedy: `use a newer Linux, or ${build}` },
  {
    prefix: 'GLIBCXX_',
    name: 'libstdc++ with GLIBCXX',
    remedy: `install a newer libstdc++6, or ${build}`,
  },
  {
    prefix: 'CXXABI_',
    name: 'libstdc++ with CXXABI',
    remedy: `install a newer libstdc++6, or ${build}`,
  },
];

function olderLibrary(message: string): Found | undefined {
  const [, library, wanted] = /(\S+): version `(\S+)' not found/.exec(message) ?? [];
  if (library === undefined || wanted === undefined) return undefined;
  const provider = providers.find(({ prefix }) => wanted.startsWith(prefix));
  const { libc } = lookAtSystem();
  return {
    code: 'UNSUPPORTED',
    received: wanted.startsWith('GLIBC_') && libc !== 'unknown' ? libc : library,
    expected: provider
      ? `${provider.name} ${wanted.slice(provider.prefix.length)} or newer`
      : `a library that has ${wanted}`,
    remedy: provider?.remedy ?? build,
  };
}

/** The Debian package of each library that the addon needs. */
const packages: Readonly<Record<string, string>> = {
  'libstdc++.so.6': 'libstdc++6',
  'libgcc_s.so.1': 'libgcc-s1',
};

function missingLibrary(message: string, file: string): Found | undefined {
  const [, gnu, musl] =
    /^(\S+): cannot open shared object file: No such file|Error loading shared library ([^\s:]+)/.exec(
      message,
    ) ?? [];
  const library = gnu ?? musl;
  if (library === undefined || library === file) return undefined;
  const name = packages[library];
  return {
    code: 'MISSING',
    received: `a system without ${library}`,
    expected: `${library}, which the addon needs`,
    remedy: name === undefined ? `install it, or ${build}` : `install it (Debian: ${name})`,
  };
}

/** The messages of musl's loader for a library that was built for glibc. */
const saysMusl = /^Error (loading shared library ld-linux|relocating )/;

function otherLibc(message: string): Found | undefined {
  if (lookAtSystem().libc !== 'musl' && !saysMusl.test(message)) return undefined;
  return {
    code: 'UNSUPPORTED',
    received: 'musl as the C library',
    expected: 'glibc, which the addon is built for',
    remedy: `use a system with glibc, as Debian (node:slim, not node:alpine), or ${build}`,
  };
}

function noAccess(message: string): Found | undefined {
  if (/permission denied/i.test(message))
    return {
      code: 'PERMISSION',
      received: 'permission denied',
      expected: 'a file that this user may read',
      remedy: 'correct its permissions, or install the package as this user',
    };
  if (!/failed to map segment/.test(message)) return undefined;
  if (/allocate memory/.test(message)) return noMemory;
  return {
    code: 'PERMISSION',
    received: 'a file that may not be executed',
    expected: 'a file system that lets libraries be loaded',
    remedy: 'install the package where the file system is not mounted noexec',
  };
}

const noMemory: Found = {
  code: 'MEMORY',
  received: 'out of memory',
  expected: 'enough free memory to load the addon',
};

/** Returns a coded error for an error of the loader or of the addon's initialisation. */
export function loadError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof ThalwegError) return error;
  const { message } = error;
  const found: Found = (message === 'std::bad_alloc' ? noMemory : undefined) ??
    olderLibrary(message) ??
    noAccess(message) ??
    otherLibc(message) ??
    missingLibrary(message, file) ?? {
      code: 'UNSUPPORTED',
      received: message,
      expected: 'an addon that loads',
      remedy: `install the package again, or ${build}`,
    };
  return new ThalwegError({ ...found, path: file }, { cause: error });
}

/** Where the addon's file lies, and what it means on this machine that there is none or that it does not load. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ThalwegError } from './errors.js';

/** What loads a package's binary on Linux: both must suit. */
const builtFor =
  'Linux on x64 or arm64 with glibc 2.31 or newer, such as Debian 11 or Ubuntu 20.04';

/** A package folder, or the one of a clone, and the platform whose addon is wanted. */
export interface AddonPlace {
  /** The folder of package.json. */
  readonly root: string;
  /** `linux-x64`, as folders in prebuilds/ are named. */
  readonly platform: string;
  /** The file that THALWEG_ADDON names, which goes before all others. */
  readonly explicit: string | undefined;
}

function isClone(root: string): boolean {
  return existsSync(join(root, 'native', 'CMakeLists.txt'));
}

function howToBuild(root: string): string {
  return isClone(root)
    ? 'build it with script/bootstrap and script/build'
    : 'build it in a clone of the repository with script/bootstrap and script/build, and set THALWEG_ADDON to build/Release/thalweg.node there';
}

function prebuilt(root: string): string {
  const folder = join(root, 'prebuilds');
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.length > 0 ? names.join(' and ') : 'none';
}

/** The addon's file: the explicit one, else a local build, else a prebuilt one. */
export function findAddon({ root, platform, explicit }: AddonPlace): string {
  const candidates =
    explicit !== undefined && explicit !== ''
      ? [explicit]
      : [
          join(root, 'build', 'Release', 'thalweg.node'),
          join(root, 'prebuilds', platform, 'thalweg.node'),
        ];
  const file = candidates.find(existsSync);
  if (file !== undefined) return file;
  throw new ThalwegError({
    code: 'MISSING',
    path: explicit ? 'THALWEG_ADDON' : 'thalweg.node',
    received: `none of ${candidates.join(', ')}; this is ${platform}, prebuilt here: ${prebuilt(root)}`,
    expected: `the native addon, which is prebuilt for ${builtFor}`,
    remedy: explicit ? 'name another file, or unset THALWEG_ADDON' : howToBuild(root),
  });
}

interface Refusal {
  readonly code: 'MISSING' | 'UNSUPPORTED';
  readonly received: string;
  readonly remedy: string;
}

/** The version of the C library under this process. Deno reports one that is made up. */
function glibcVersion(): string {
  if ('deno' in process.versions) return '';
  const report = process.report?.getReport() as
    { header?: { glibcVersionRuntime?: string } } | undefined;
  const version = report?.header?.glibcVersionRuntime;
  return version === undefined ? '' : ` (this system has glibc ${version})`;
}

/** Reads what the system's dynamic loader said: glibc's and musl's have sentences of their own. */
function readLoader(text: string, root: string): Refusal {
  const version = /version `(\w+_[\d.]+)' not found/.exec(text)?.[1];
  if (version !== undefined)
    return {
      code: 'UNSUPPORTED',
      received: `a system without ${version}${glibcVersion()}`,
      remedy: `use a newer system, or ${howToBuild(root)}`,
    };
  if (/Error (loading shared library|relocating)/.test(text))
    return {
      code: 'UNSUPPORTED',
      received: `a system whose C library is musl, such as Alpine Linux (${text})`,
      remedy: `use a system with glibc, such as the image node:22-slim in place of node:22-alpine, or ${howToBuild(root)}`,
    };
  const library = /(lib[\w+.-]+\.so[\w.]*): cannot open shared object file/.exec(text)?.[1];
  if (library !== undefined)
    return {
      code: 'MISSING',
      received: `a system without ${library}`,
      remedy: library.startsWith('libstdc++')
        ? 'install it (Debian: apt-get install libstdc++6)'
        : 'install the package that has it',
    };
  return {
    code: 'UNSUPPORTED',
    received: text,
    remedy: `install thalweg again on this machine, in case its files are of another one, or ${howToBuild(root)}`,
  };
}

/** Whether the dynamic loader threw this, rather than the addon itself. Deno gives it no code. */
export function isRefusal(error: unknown): error is Error {
  return (
    error instanceof TypeError ||
    (error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_DLOPEN_FAILED')
  );
}

/** What a dynamic loader's refusal of the addon means. */
export function explainRefusal(file: string, error: Error, root: string): ThalwegError {
  const text = error.message.split('\n')[0]!;
  const { code, received, remedy } = readLoader(text, root);
  const fields = { code, path: file, received, expected: builtFor, remedy };
  return new ThalwegError(fields, { cause: error });
}

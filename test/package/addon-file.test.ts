/** What a user reads whose system has no addon, or one that it does not load. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainRefusal, findAddon, isRefusal } from '../../src/addon-file.js';
import { ThalwegError } from '../../src/errors.js';
import { newFolder } from '../new-folder.js';

/** A package as npm leaves it, with addons for these platforms. */
function installed(platforms: readonly string[]): string {
  const root = newFolder();
  for (const platform of platforms) {
    mkdirSync(join(root, 'prebuilds', platform), { recursive: true });
    writeFileSync(join(root, 'prebuilds', platform, 'thalweg.node'), '');
  }
  return root;
}

function errorOf(body: () => unknown): ThalwegError {
  try {
    body();
  } catch (error) {
    if (error instanceof ThalwegError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('findAddon', () => {
  const place = { platform: 'linux-x64', explicit: undefined };

  it('takes a local build before a prebuilt addon', () => {
    const root = installed(['linux-x64']);
    expect(findAddon({ ...place, root })).toBe(join(root, 'prebuilds/linux-x64/thalweg.node'));
    mkdirSync(join(root, 'build/Release'), { recursive: true });
    writeFileSync(join(root, 'build/Release/thalweg.node'), '');
    expect(findAddon({ ...place, root })).toBe(join(root, 'build/Release/thalweg.node'));
  });

  it('names the platform, what is prebuilt, and how to build from a clone', () => {
    const root = installed(['linux-x64', 'linux-arm64']);
    const error = errorOf(() => findAddon({ ...place, root, platform: 'darwin-arm64' }));
    expect(error.code).toBe('MISSING');
    expect(error.received).toContain('this is darwin-arm64');
    expect(error.received).toContain('prebuilt here: linux-arm64 and linux-x64');
    expect(error.expected).toContain('glibc 2.31');
    expect(error.remedy).toContain('a clone of the repository');
  });

  it('says to build in a clone itself', () => {
    const root = newFolder();
    mkdirSync(join(root, 'native'));
    writeFileSync(join(root, 'native/CMakeLists.txt'), '');
    const error = errorOf(() => findAddon({ ...place, root }));
    expect(error.received).toContain('prebuilt here: none');
    expect(error.remedy).toBe('build it with script/bootstrap and script/build');
  });

  it('uses no other file where the one that THALWEG_ADDON names is absent', () => {
    const root = installed(['linux-x64']);
    const explicit = join(root, 'absent.node');
    const error = errorOf(() => findAddon({ ...place, root, explicit }));
    expect(error).toMatchObject({ code: 'MISSING', path: 'THALWEG_ADDON' });
    expect(error.received).toContain(explicit);
    expect(findAddon({ ...place, root, explicit: '' })).toContain('prebuilds');
  });
});

describe('a refusal of the dynamic loader', () => {
  const folder = newFolder();

  function compile(name: string, code: string, ...options: string[]): string {
    const source = join(folder, 'source.c');
    writeFileSync(source, code);
    const file = join(folder, name);
    execFileSync('g++', [
      '-shared',
      '-fPIC',
      '-nostdlib',
      '-x',
      'c',
      source,
      '-o',
      file,
      '-x',
      'none',
      ...options,
    ]);
    return file;
  }

  /** Loads the file as src/native.ts does, and explains what the loader said. */
  function refusalOf(file: string): ThalwegError {
    try {
      createRequire(import.meta.url)(file);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return explainRefusal(file, error, folder);
    }
    throw new Error(`${file} loads`);
  }

  it('names the version of glibc that is absent', () => {
    writeFileSync(join(folder, 'version.map'), 'GLIBC_2.99 { global: future; };');
    const map = `-Wl,--version-script=${join(folder, 'version.map')}`;
    const libc = compile('libc.so.6', 'void future() {}', map, '-Wl,-soname,libc.so.6');
    const file = compile('future.node', 'void future(); void use() { future(); }', libc);
    const error = refusalOf(file);
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.received).toMatch(
      /^a system without GLIBC_2\.99 \(this system has glibc 2\.\d+\)$/,
    );
    expect(error.expected).toContain('glibc 2.31 or newer');
    expect(error.remedy).toContain('newer system');
  });

  it('names the library that is absent', () => {
    const library = compile('libabsent.so.3', '', '-Wl,-soname,libabsent.so.3');
    const file = compile('needs.node', '', '-Wl,--no-as-needed', library);
    expect(refusalOf(file)).toMatchObject({
      code: 'MISSING',
      received: 'a system without libabsent.so.3',
    });
  });

  it('says to install again where the file is none that this system loads', () => {
    const file = join(folder, 'other.node');
    writeFileSync(file, 'not a library');
    const error = refusalOf(file);
    expect(error).toMatchObject({ code: 'UNSUPPORTED', path: file });
    expect(error.received).toContain('file too short');
    expect(error.remedy).toContain('install thalweg again');
    expect(error.cause).toBeInstanceOf(Error);
  });

  // What the loaders of musl 1.2 say of a library for glibc.
  it.each([
    'Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /x/thalweg.node)',
    'Error relocating /x/thalweg.node: __snprintf_chk: symbol not found',
  ])('knows musl by its words: %s', (text) => {
    const error = explainRefusal('/x/thalweg.node', new Error(text), folder);
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.received).toContain('musl');
    expect(error.remedy).toContain('node:22-slim');
  });
});

describe('script/check-binary', () => {
  const folder = newFolder();

  function check(name: string, ...options: string[]) {
    const file = join(folder, name);
    const source = join(folder, 'source.cc');
    writeFileSync(
      source,
      'extern "C" int napi_register_module_v1(int* x) { char text[64]; return text[*x]; }',
    );
    execFileSync('g++', ['-shared', '-fPIC', source, '-o', file, ...options]);
    return spawnSync('script/check-binary', [file], { encoding: 'utf8' });
  }

  it('names everything that a careless build lacks', () => {
    const { status, stderr } = check(
      'thalweg.node',
      '-Wl,-z,execstack',
      '-Wl,-z,lazy',
      '-Wl,-z,norelro',
      '-Wl,-rpath,/x',
      '-fno-stack-protector',
      '-Wl,--no-as-needed',
      '-lgomp',
    );
    expect(status).toBe(1);
    for (const fault of [
      'it exports napi_register_module_v1, and should export napi_register_module_v1 node_api',
      'it needs libgomp.so.1',
      'its stack is executable',
      'it lacks RELRO',
      'it lacks BIND_NOW',
      'it can be unloaded under its threads',
      'it lacks the stack protector',
      'it lacks _FORTIFY_SOURCE',
      'it looks for libraries in a folder of its own',
    ])
      expect(stderr).toContain(fault);
  });

  it('finds the build sound', () => {
    const { status, stdout, stderr } = spawnSync('script/check-binary', { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('thalweg.node is sound: GLIBC_2.');
  });
});

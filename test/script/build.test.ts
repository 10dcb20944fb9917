/** script/build, with a small native part, takes over a good earlier configure and no other. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const canBuild = ['cmake', 'ninja', 'g++'].every(
  (tool) => spawnSync(tool, ['--version']).status === 0,
);

const cmakeLists = `
cmake_minimum_required(VERSION 3.20)
project(small LANGUAGES CXX)
if(NOT EXISTS "\${CMAKE_CURRENT_SOURCE_DIR}/needed.h")
  message(FATAL_ERROR "needed.h is absent")
endif()
find_library(OPTIONAL_LIBRARY NAMES optional PATHS "\${CMAKE_CURRENT_SOURCE_DIR}/../libraries")
if(OPTIONAL_LIBRARY)
  add_library(plugin SHARED small.cc)
  target_link_libraries(plugin "\${OPTIONAL_LIBRARY}")
endif()
add_library(thalweg MODULE small.cc)
set_target_properties(thalweg PROPERTIES PREFIX "" SUFFIX ".node")
`;

/** Makes a checkout whose native part is one file. */
function makeCheckout(): string {
  const folder = join(newFolder(), 'checkout');
  mkdirSync(join(folder, 'native'), { recursive: true });
  cpSync('script/build', join(folder, 'script/build'));
  cpSync('native/package.json', join(folder, 'native/package.json'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'native/CMakeLists.txt'), cmakeLists);
  writeFileSync(join(folder, 'native/small.cc'), 'const char* name() { return "small"; }\n');
  writeFileSync(join(folder, 'native/needed.h'), '');
  return folder;
}

function build(folder: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(join(folder, 'script/build'), ['--native'], {
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

const addon = (folder: string): string => join(folder, 'build/Release/thalweg.node');

describe.skipIf(!canBuild)('script/build', () => {
  it('configures again after a configure that failed', () => {
    const folder = makeCheckout();
    rmSync(join(folder, 'native/needed.h'));
    const failed = build(folder);
    expect(failed.status).toBe(1);
    expect(failed.output).toContain('needed.h is absent');
    expect(existsSync(join(folder, 'build/CMakeCache.txt'))).toBe(true);
    writeFileSync(join(folder, 'native/needed.h'), '');
    expect(build(folder)).toEqual({ status: 0, output: 'build: build/Release/thalweg.node\n' });
    expect(existsSync(addon(folder))).toBe(true);
  });

  it.each([
    ['moved', renameSync],
    [
      'copied',
      (from: string, to: string) => cpSync(from, to, { recursive: true, verbatimSymlinks: true }),
    ],
  ])('builds a checkout that was %s, to a path with spaces', (_, bring) => {
    const folder = makeCheckout();
    expect(build(folder).status).toBe(0);
    const other = join(newFolder(), 'a b');
    bring(folder, other);
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(join(other, 'native/small.cc'), 'const char* other() { return "small"; }\n');
    expect(build(other)).toEqual({ status: 0, output: 'build: build/Release/thalweg.node\n' });
    expect(spawnSync('grep', ['-q', 'other', addon(other)]).status).toBe(0);
  });

  it('leaves out a library that is gone since the last configure', () => {
    const folder = makeCheckout();
    const library = join(folder, 'libraries/liboptional.so');
    mkdirSync(join(folder, 'libraries'));
    const source = join(folder, 'native/small.cc');
    expect(spawnSync('g++', ['-shared', '-fPIC', '-o', library, source]).status).toBe(0);
    expect(build(folder).status).toBe(0);
    expect(existsSync(join(folder, 'build/Release/libplugin.so'))).toBe(true);
    rmSync(library);
    writeFileSync(source, 'const char* other() { return "small"; }\n');
    expect(build(folder)).toEqual({ status: 0, output: 'build: build/Release/thalweg.node\n' });
  });

  it('keeps the objects of a folder that is configured, and ends with what the compiler says', () => {
    const folder = makeCheckout();
    expect(build(folder).status).toBe(0);
    writeFileSync(join(folder, 'native/small.cc'), 'const char* name() { return WRONG; }\n');
    const failed = build(folder);
    expect(failed.status).toBe(1);
    expect(failed.output).toContain('WRONG');
    expect(failed.output).not.toContain('Configuring done');
  });
});

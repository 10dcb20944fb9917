/** script/check-binary finds each fault in a library. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

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

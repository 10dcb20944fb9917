/** script/pack and script/build-release: where they write, and what they refuse to pack. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

function program(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** A checkout whose build takes no time, where no release can be built; npm is this machine's own. */
function makeCheckout(): string {
  const folder = realpathSync(newFolder());
  mkdirSync(join(folder, 'script'));
  for (const part of ['core', 'ops', 'rules', 'napi', 'backends/cuda', 'backends/cpu'])
    mkdirSync(join(folder, 'native', part), { recursive: true });
  mkdirSync(join(folder, 'build/Release'), { recursive: true });
  cpSync('script/pack', join(folder, 'script/pack'));
  const addon = readFileSync('/bin/true');
  for (const file of [
    'backends/backend.h',
    'backends/cuda/add.cu',
    'backends/cpu/add.cc',
    'napi/addon.cc',
  ])
    writeFileSync(join(folder, 'native', file), '');
  writeFileSync(join(folder, 'build/Release/thalweg.node'), addon);
  program(join(folder, 'script/build'), 'echo built >>built');
  program(join(folder, 'script/build-release'), 'echo "no chroot" >&2; exit 3');
  const json = { name: 'small', version: '1.0.0', files: ['prebuilds'] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(json));
  return folder;
}

function pack(folder: string, cwd: string, args: readonly string[], path = '') {
  const { status, stdout, stderr } = spawnSync(join(folder, 'script/pack'), args, {
    encoding: 'utf8',
    cwd,
    env: { ...process.env, PATH: path + (process.env['PATH'] ?? '') },
  });
  return { status, last: stdout.trimEnd().split('\n').at(-1), stderr };
}

describe('script/pack', () => {
  it.each([['out'], ['../out'], ['no folder']])(
    'takes %s against the folder of its caller',
    (given) => {
      const args = given === 'no folder' ? [] : [given];
      const folder = makeCheckout();
      const cwd = join(realpathSync(newFolder()), 'caller');
      mkdirSync(cwd);
      const to = join(cwd, args[0] ?? '.');
      const file = join(to, 'small-1.0.0.tgz');
      expect(pack(folder, cwd, args)).toMatchObject({ status: 0, last: file });
      expect(existsSync(file)).toBe(true);
      expect(existsSync(join(folder, 'small-1.0.0.tgz'))).toBe(false);
    },
  );

  it('shows what npm said where npm pack fails', () => {
    const folder = makeCheckout();
    writeFileSync(join(folder, 'package.json'), '{ "name": "small" }'); // npm asks for a version
    const found = pack(folder, folder, ['out']);
    expect(found.status).toBe(1);
    expect(found.stderr).toMatch(/version/);
    expect(found.stderr).toMatch(/pack: npm pack failed\n$/);
  });

  it('refuses a CUDA plugin that is older than the sources, before it builds', () => {
    const folder = makeCheckout();
    const plugin = join(folder, 'build/Release/thalweg_cuda.so');
    cpSync(join(folder, 'build/Release/thalweg.node'), plugin);
    const hour = 3600;
    const now = Date.now() / 1000;
    for (const file of ['backends/backend.h', 'backends/cuda/add.cu']) {
      const source = join(folder, 'native', file);
      utimesSync(source, now + hour, now + hour);
      const found = pack(folder, folder, ['out']);
      expect([found.status, existsSync(join(folder, 'built'))]).toEqual([1, false]);
      expect(found.stderr).toContain(`thalweg_cuda.so is older than native/${file}; make it again`);
      utimesSync(source, now - hour, now - hour);
    }
    // It is not made of these.
    for (const file of ['backends/cpu/add.cc', 'napi/addon.cc'])
      utimesSync(join(folder, 'native', file), now + hour, now + hour);
    expect(pack(folder, folder, ['out']).status).toBe(0);
  });
});

describe('script/build-release', () => {
  const build = (programs: Readonly<Record<string, string>>, ...args: string[]) => {
    const [path, home] = [newFolder(), newFolder()];
    for (const [name, text] of Object.entries(programs)) program(join(path, name), text);
    const { status, stderr } = spawnSync(join(process.cwd(), 'script/build-release'), args, {
      encoding: 'utf8',
      cwd: home,
      env: { PATH: path + delimiter + (process.env['PATH'] ?? ''), HOME: home },
    });
    return { status, stderr, base: join(home, '.cache/thalweg/debian-11-compilers') };
  };
  const root = { id: 'echo 0', uname: 'echo Linux x86_64' };

  it('is refused where mounting is not permitted', () => {
    const found = build({ ...root, debootstrap: '', unshare: 'exit 1' }, 'out');
    expect(found).toMatchObject({ status: 3, stderr: 'mounting is not permitted here\n' });
  });

  it('runs debootstrap in namespaces of its own, and leaves nothing where it fails', () => {
    const debootstrap = 'echo "E: no network"; exit 1';
    const unshare =
      'echo "$@" >>"$HOME/calls"; for last; do :; done; case "$*" in *debootstrap*) while [ "$1" != debootstrap ]; do shift; done; exec "$@";; esac';
    const { status, stderr, base } = build({ ...root, debootstrap, unshare }, 'out');
    expect([status, stderr]).toEqual([3, `debootstrap failed (see ${base}.log): E: no network\n`]);
    expect(existsSync(`${base}.new`)).toBe(false);
    const calls = readFileSync(join(base, '../../../calls'), 'utf8').split('\n').slice(1, -1);
    for (const call of calls)
      expect(call).toMatch(/^--mount --pid --fork --kill-child debootstrap /);
    expect(calls).toHaveLength(2); // from each mirror
  });
});

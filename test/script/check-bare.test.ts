/** script/check-bare says why it cannot run, and exits with 3, which counts as skipped. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

/**
 * Links every program of this machine except the given ones: null removes one, a text replaces it.
 */
function makePath(programs: Record<string, string | null>): string {
  const folder = newFolder();
  for (const [name, text] of Object.entries(programs))
    if (text !== null) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    }
  for (const from of ['/usr/sbin', '/usr/bin', '/sbin', '/bin'])
    for (const name of readdirSync(from))
      if (!Object.hasOwn(programs, name))
        try {
          symlinkSync(join(from, name), join(folder, name));
        } catch {
          // Two folders have a program of this name.
        }
  if (!Object.hasOwn(programs, 'node'))
    spawnSync('ln', ['-sf', process.execPath, join(folder, 'node')]);
  return folder;
}

function checkBare(programs: Record<string, string | null>, ...args: string[]) {
  const home = newFolder();
  const { status, stdout, stderr } = spawnSync(resolve('script/check-bare'), args, {
    encoding: 'utf8',
    cwd: home,
    env: { PATH: makePath(programs), HOME: home },
  });
  return { status, last: (stdout + stderr).trimEnd().split('\n').at(-1), left: readdirSync(home) };
}

const root = { id: 'echo 0' };

describe('script/check-bare', () => {
  it.each([
    ['a user who is not root', { id: 'echo 1000' }, 'needs root, for chroot and mount'],
    [
      'a machine without debootstrap',
      { ...root, debootstrap: null },
      'debootstrap is not installed (apt-get install debootstrap)',
    ],
    [
      'a container that may not mount',
      { ...root, debootstrap: '', npm: '', unshare: 'exit 1' },
      'mounting is not permitted here',
    ],
    [
      'a Node.js with shared libraries of its own',
      { ...root, debootstrap: '', npm: '', unshare: '', ldd: 'echo "libnode.so.108 => /x (0x0)"' },
      'this Node.js needs libraries that a bare machine lacks: libnode.so.108',
    ],
  ])('is skipped for %s', (_, programs, reason) => {
    expect(checkBare(programs)).toEqual({ status: 3, last: `check-bare: ${reason}`, left: [] });
  });

  it('refuses a release that it does not know', () => {
    expect(checkBare({}, 'sarge')).toEqual({
      status: 2,
      last: 'check-bare: unknown argument sarge (see --help)',
      left: [],
    });
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tightestLimit } from '../../src/machine/cgroup.js';
import { lookAtMemory, usableMemory } from '../../src/machine/memory.js';
import { newFolder } from '../new-folder.js';

/** Makes a folder with these files, in the form of proc and sys. */
function system(files: Readonly<Record<string, string>>): string {
  const folder = newFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const second = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n';
const first = '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n';

describe('limits of memory', () => {
  it('version 2: the tightest of the groups around, without files that are only kept', () => {
    const folder = system({
      'proc/self/mountinfo': second,
      'proc/self/cgroup': '0::/user.slice/box\n',
      'sys/fs/cgroup/user.slice/memory.max': '1000000\n',
      'sys/fs/cgroup/user.slice/memory.current': '900000\n',
      'sys/fs/cgroup/user.slice/memory.stat': 'anon 5\ninactive_file 250000\nactive_file 9\n',
      'sys/fs/cgroup/user.slice/box/memory.max': 'max\n',
      'sys/fs/cgroup/user.slice/box/memory.high': '2000000\n',
      'sys/fs/cgroup/user.slice/box/memory.current': '800000\n',
    });
    expect(tightestLimit(folder)).toEqual({
      bytes: 1000000,
      left: 350000,
      file: join(folder, 'sys/fs/cgroup/user.slice/memory.max'),
    });
  });

  it('version 1: of the hierarchy that counts memory, whose huge number is no limit', () => {
    const files = {
      'proc/self/mountinfo': `32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n${first}`,
      'proc/self/cgroup': '4:cpu:/else\n3:hugetlb,memory:/box\n0::/\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '5000000\n',
    };
    expect(tightestLimit(system(files))).toBeUndefined();
    const limited = system({
      ...files,
      'sys/fs/cgroup/memory/box/memory.limit_in_bytes': '3000000\n',
      'sys/fs/cgroup/memory/box/memory.usage_in_bytes': '1000000\n',
      'sys/fs/cgroup/memory/box/memory.stat': 'inactive_file 1\ntotal_inactive_file 400000\n',
    });
    expect(tightestLimit(limited)).toMatchObject({ bytes: 3000000, left: 2400000 });
  });

  it('is found in a container, whose mount shows its own group alone, with a space in its path', () => {
    const folder = system({
      'proc/self/mountinfo':
        '35 31 0:32 /docker/abc /sys/fs/my\\040cgroup ro - cgroup cgroup rw,memory\n',
      'proc/self/cgroup': '4:memory:/docker/abc/inner\n',
      'sys/fs/my cgroup/memory.limit_in_bytes': '4000000\n',
      'sys/fs/my cgroup/memory.usage_in_bytes': '5000000\n',
    });
    expect(tightestLimit(folder)).toMatchObject({ bytes: 4000000, left: 0 });
    const outside = system({
      'proc/self/mountinfo': '30 23 0:26 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
      'proc/self/cgroup': '0::/../other\n',
      'sys/fs/cgroup/memory.max': '77\n',
    });
    expect(tightestLimit(outside)).toMatchObject({ bytes: 77, left: 77 });
  });

  it('none on other systems, or where nothing can be read', () => {
    expect(tightestLimit(newFolder())).toBeUndefined();
    expect(tightestLimit(system({ 'proc/self/mountinfo': second }))).toBeUndefined();
  });
});

it('memory is that of the machine, or less by a limit', () => {
  const { total, free, limit } = lookAtMemory();
  expect(free).toBeGreaterThan(0);
  expect(free).toBeLessThanOrEqual(total);
  expect(usableMemory()).toBe(limit?.bytes ?? total);
  if (limit !== undefined) expect(limit.bytes).toBeLessThan(total);
});

/**
 * Reads the memory limits of Linux's control groups, version 1 and 2, up to the outermost group. It
 * repeats the walk of native/core/cpu_quota.cc, because `thalweg doctor` must work without the addon.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A control group's limit of memory. */
export interface GroupLimit {
  /** The number of bytes that the group may use. */
  readonly bytes: number;
  /** The number of bytes that are left; cached files that can be dropped count as free. */
  readonly left: number;
  /** The path of the file that sets the limit. */
  readonly file: string;
}

/** A mounted hierarchy of groups. */
interface Mount {
  readonly version: 1 | 2;
  /** The folder of the mount. */
  readonly point: string;
  /** The group that this folder shows. */
  readonly root: string;
}

/** The names of the files of each version. */
const names = {
  1: {
    limits: ['memory.limit_in_bytes'],
    usage: 'memory.usage_in_bytes',
    cache: 'total_inactive_file',
  },
  2: { limits: ['memory.max', 'memory.high'], usage: 'memory.current', cache: 'inactive_file' },
} as const;

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // another system, or a group without this limit
  }
}

/** Decodes a path of mountinfo, in which spaces and the like are octal numbers. */
function unescape(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));
}

function mounts(system: string): Mount[] {
  const lines = read(join(system, 'proc/self/mountinfo')).split('\n');
  return lines.flatMap((line): Mount[] => {
    const [own = '', kind = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = own.split(' ');
    const [type, , options = ''] = kind.split(' ');
    const isFirst = type === 'cgroup' && options.split(',').includes('memory');
    if (!isFirst && type !== 'cgroup2') return [];
    return [{ version: isFirst ? 1 : 2, point: unescape(point), root: unescape(root) }];
  });
}

/** Returns the group of this process in the hierarchy of a version. */
function groupOf(version: 1 | 2, system: string): string | undefined {
  for (const line of read(join(system, 'proc/self/cgroup')).split('\n')) {
    const [id, controllers = '', ...path] = line.split(':');
    const isIt = version === 2 ? id === '0' : controllers.split(',').includes('memory');
    if (isIt && path.length > 0) return path.join(':');
  }
  return undefined;
}

/** Returns the folders of a group and of its parents, as far as the mount shows them. */
function folders({ point, root }: Mount, group: string, system: string): string[] {
  const top = join(system, point);
  const inside = relative(root, group);
  // A group outside the mount belongs to another namespace; the mount's own group stands for it.
  let folder = inside.startsWith('..') ? top : join(top, inside);
  const all = [folder];
  while (folder !== top) all.push((folder = dirname(folder)));
  return all;
}

/** Returns the limits that the files of one folder set. */
function limitsIn(folder: string, version: 1 | 2): GroupLimit[] {
  const { limits, usage, cache } = names[version];
  return limits.flatMap((name): GroupLimit[] => {
    const file = join(folder, name);
    const bytes = Number.parseInt(read(file), 10);
    // Where there is no limit, version 2 has the word `max` and version 1 a number near 2^63.
    if (!Number.isSafeInteger(bytes)) return [];
    const kept = new RegExp(`^${cache} (\\d+)$`, 'm').exec(read(join(folder, 'memory.stat')));
    const used = Number(read(join(folder, usage))) - Number(kept?.[1] ?? 0);
    return [{ bytes, left: Math.max(bytes - Math.max(used, 0), 0), file }];
  });
}

/**
 * Returns the limit with the fewest bytes, or undefined where there is none. `left` is the least that any
 * of the groups has left.
 *
 * @param system the folder that holds proc and sys
 */
export function tightestLimit(system = '/'): GroupLimit | undefined {
  const all = mounts(system).flatMap((mount) => {
    const group = groupOf(mount.version, system);
    if (group === undefined) return [];
    return folders(mount, group, system).flatMap((folder) => limitsIn(folder, mount.version));
  });
  const [tightest] = all.sort((a, b) => a.bytes - b.bytes);
  return tightest && { ...tightest, left: Math.min(...all.map(({ left }) => left)) };
}

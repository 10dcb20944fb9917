/**
 * Limits of memory that Linux's control groups set, version 1 and 2, up to the outermost group. It does not
 * ask native/core/cpu_quota.cc, which walks the same groups: `thalweg doctor` tells of memory where no addon loads.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A control group's limit of memory. */
export interface GroupLimit {
  /** Bytes that the group may use. */
  readonly bytes: number;
  /** Bytes that it may still take; files that it keeps only as a cache count as free. */
  readonly left: number;
  /** The file that sets the limit. */
  readonly file: string;
}

/** Where a hierarchy of groups is mounted. */
interface Mount {
  readonly version: 1 | 2;
  /** The folder. */
  readonly point: string;
  /** The group that the folder shows. */
  readonly root: string;
}

/** What a version calls its files. */
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

/** Spaces and the like stand in mountinfo as octal numbers. */
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

/** The process's group in the hierarchy of a version. */
function groupOf(version: 1 | 2, system: string): string | undefined {
  for (const line of read(join(system, 'proc/self/cgroup')).split('\n')) {
    const [id, controllers = '', ...path] = line.split(':');
    const isIt = version === 2 ? id === '0' : controllers.split(',').includes('memory');
    if (isIt && path.length > 0) return path.join(':');
  }
  return undefined;
}

/** The folders of a group and of those around it, as far as the mount shows them. */
function folders({ point, root }: Mount, group: string, system: string): string[] {
  const top = join(system, point);
  const inside = relative(root, group);
  // A group outside of what is mounted is one of another namespace.
  let folder = inside.startsWith('..') ? top : join(top, inside);
  const all = [folder];
  while (folder !== top) all.push((folder = dirname(folder)));
  return all;
}

/** The limits that the files of one folder set. */
function limitsIn(folder: string, version: 1 | 2): GroupLimit[] {
  const { limits, usage, cache } = names[version];
  return limits.flatMap((name): GroupLimit[] => {
    const file = join(folder, name);
    const bytes = Number.parseInt(read(file), 10);
    // No limit is the word `max` in version 2, and a number near 2^63 in version 1.
    if (!Number.isSafeInteger(bytes)) return [];
    const kept = new RegExp(`^${cache} (\\d+)$`, 'm').exec(read(join(folder, 'memory.stat')));
    const used = Number(read(join(folder, usage))) - Number(kept?.[1] ?? 0);
    return [{ bytes, left: Math.max(bytes - Math.max(used, 0), 0), file }];
  });
}

/**
 * The limit with the fewest bytes, and what the fullest group leaves; undefined where there is none.
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

/** Says which worker has a trial, and until when. A trial whose worker died is free for others. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { anyNumber, count, object, text } from '../../schema.js';
import type { StoredTrial } from './replay.js';

/** The system attribute of a trial that holds its lease. */
export const leaseKey = 'thalweg:lease';

/** A worker's claim to a trial. */
interface Lease {
  /** The worker, which is unique. */
  readonly worker: string;
  /** The name of the worker's machine. */
  readonly host: string;
  /** The number of its process there, and when it began; a later process may have the same number. */
  readonly pid: number;
  readonly start: string;
  /** The time until which the claim holds on other machines, in milliseconds since 1970. */
  readonly until: number;
}

const schema = object({
  worker: text(),
  host: text(),
  pid: count(),
  start: text(),
  until: anyNumber,
});

/** Makes the name of a new worker. */
export function newWorker(): string {
  return `${hostname()}-${process.pid}-${randomUUID()}`;
}

/** The place of the start among the fields of /proc/PID/stat that follow the name of the program. */
const startField = 19;

/** Returns when a process of this machine began, in ticks since the boot; undefined where there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[startField];
  } catch {
    return undefined;
  }
}

/** Makes a lease that holds for some seconds. */
export function newLease(worker: string, seconds: number): Lease {
  const { pid } = process;
  const until = Date.now() + 1000 * seconds;
  return { worker, host: hostname(), pid, start: startOf(pid) ?? '', until };
}

/** Returns the lease of a trial; undefined where it has none that can be read. */
function leaseOf({ systemAttributes }: StoredTrial): Lease | undefined {
  try {
    return schema(systemAttributes[leaseKey]);
  } catch {
    return undefined; // another program's trial, or one that was handed back
  }
}

/** Returns true where a worker has the trial. */
export function isHeldBy(trial: StoredTrial, worker: string): boolean {
  return leaseOf(trial)?.worker === worker;
}

/** Returns true where the process of a lease of this machine has ended. */
function isGone({ pid, start }: Lease): boolean {
  if (start !== '') return startOf(pid) !== start;
  try {
    process.kill(pid, 0); // signal 0 only asks
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Returns true for a running trial that thalweg began and whose worker died or handed it back. */
export function isFree(trial: StoredTrial): boolean {
  if (trial.state !== 'running' || !Object.hasOwn(trial.systemAttributes, leaseKey)) return false;
  const lease = leaseOf(trial);
  if (lease === undefined) return true;
  // Here a living process keeps its trial: where its objective blocks, it cannot renew the lease.
  return lease.host === hostname() ? isGone(lease) : lease.until < Date.now();
}

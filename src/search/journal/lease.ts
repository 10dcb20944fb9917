/** Says which worker has a trial, and until when. A trial whose worker died is free for others. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { anyNumber, count, object, text } from '../../schema.js';
import type { StoredTrial } from './replay.js';

/** The system attribute of a trial that holds its lease. */
export const leaseKey = 'thalweg:lease';

/** A worker's claim to a trial. */
interface Lease {
  /** The worker, which is unique. */
  readonly worker: string;
  /** The name of the worker's machine, and the number of its process there. */
  readonly host: string;
  readonly pid: number;
  /** The time until which the claim holds, in milliseconds since 1970. */
  readonly until: number;
}

const schema = object({ worker: text(), host: text(), pid: count(), until: anyNumber });

/** The workers of this process that live. */
const living = new Set<string>();

/** Makes the name of a new worker of this process, which lives until {@link endWorker}. */
export function newWorker(): string {
  const worker = `${hostname()}-${process.pid}-${randomUUID()}`;
  living.add(worker);
  return worker;
}

/** Notes that a worker has ended. */
export function endWorker(worker: string): void {
  living.delete(worker);
}

/** Makes a lease that holds for some seconds. */
export function newLease(worker: string, seconds: number): Lease {
  return { worker, host: hostname(), pid: process.pid, until: Date.now() + 1000 * seconds };
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

/** Returns true where a process of this machine has ended. */
function isGone(pid: number): boolean {
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
  if (lease === undefined || lease.until < Date.now()) return true;
  if (lease.host !== hostname()) return false;
  return lease.pid === process.pid ? !living.has(lease.worker) : isGone(lease.pid);
}

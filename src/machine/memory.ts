/** Reads the memory of the machine, and the limits of the process's control groups. */
import { freemem, totalmem } from 'node:os';
import { type GroupLimit, tightestLimit } from './cgroup.js';

/** Memory that a process may use, in bytes. */
export interface Memory {
  /** The memory of the machine. */
  readonly total: number;
  /** The free memory of the machine, including caches that can be dropped. */
  readonly free: number;
  /** The tightest limit of this process's control groups; absent where none is below `total`. */
  readonly limit?: GroupLimit;
}

/** Reads the memory at this time. */
export function lookAtMemory(): Memory {
  const total = totalmem();
  const limit = tightestLimit();
  const facts = { total, free: freemem() };
  return limit === undefined || limit.bytes >= total ? facts : { ...facts, limit };
}

/** Returns the most bytes that this process may use: the group's limit, or the machine's memory. */
export function usableMemory(): number {
  const { total, limit } = lookAtMemory();
  return limit?.bytes ?? total;
}

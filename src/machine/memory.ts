/** The memory of the machine, and what the control groups of the process leave of it. */
import { freemem, totalmem } from 'node:os';
import { type GroupLimit, tightestLimit } from './cgroup.js';

/** Memory that a process may use, in bytes. */
export interface Memory {
  /** All that the machine has. */
  readonly total: number;
  /** What the machine has left, caches that it would give up included. */
  readonly free: number;
  /** The tightest limit of a control group around this process; absent where none is below `total`. */
  readonly limit?: GroupLimit;
}

/** Looks at the memory now. */
export function lookAtMemory(): Memory {
  const total = totalmem();
  const limit = tightestLimit();
  const facts = { total, free: freemem() };
  return limit === undefined || limit.bytes >= total ? facts : { ...facts, limit };
}

/** Bytes that this process may use at most: the machine's, or those of its control group. */
export function usableMemory(): number {
  const { total, limit } = lookAtMemory();
  return limit?.bytes ?? total;
}

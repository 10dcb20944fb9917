/** Memory for what a file holds: a number in a file may be anything. */
import { totalmem } from 'node:os';
import { ThalwegError } from '../errors.js';

function refuseRoom(bytes: number, path: string, most: string, remedy: string, cause?: unknown) {
  const fields = {
    code: 'MEMORY',
    path,
    received: `${bytes} bytes`,
    expected: most,
    remedy,
  } as const;
  return new ThalwegError(fields, { cause });
}

/** Bytes that this process may hold: those of the machine, or of the control group that it is in. */
function memoryOfMachine(): number {
  const constrained = process.constrainedMemory(); // 0 where no limit is known
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Asked for once: each batch of a shuffler is an array. */
let most: number | undefined;

/**
 * Refuses what this machine can never hold, before any of it is read.
 *
 * @throws ThalwegError MEMORY
 */
export function checkRoom(bytes: number, path: string, remedy = ''): void {
  most ??= memoryOfMachine();
  if (bytes > most) throw refuseRoom(bytes, path, `at most ${most}, this machine's memory`, remedy);
}

/** So many zeros, or MEMORY: Node.js throws a RangeError without a code. */
export function newBytes(length: number, path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw refuseRoom(length, path, 'an array that fits this machine', '', cause);
  }
}

/** Allocates memory for the content of files, whose sizes may be wrong numbers. */
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

/** Returns the bytes that this process may use: the machine's memory, or its control group's limit. */
function memoryOfMachine(): number {
  const constrained = process.constrainedMemory(); // 0 where no limit is known
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** The memory of this process. It is looked up once, because each batch of a shuffler checks it. */
let most: number | undefined;

/**
 * Throws where so many bytes exceed the memory of this machine.
 *
 * @throws ThalwegError MEMORY
 */
export function checkRoom(bytes: number, path: string, remedy = ''): void {
  most ??= memoryOfMachine();
  if (bytes > most) throw refuseRoom(bytes, path, `at most ${most}, this machine's memory`, remedy);
}

/** Returns so many zeros, or throws MEMORY in place of Node.js's RangeError, which has no code. */
export function newBytes(length: number, path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw refuseRoom(length, path, 'an array that fits this machine', '', cause);
  }
}

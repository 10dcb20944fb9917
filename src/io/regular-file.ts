/** Opens files for reading, and refuses folders, FIFOs and devices without waiting for them. */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ThalwegError } from '../errors.js';
import { checkPath } from '../options.js';
import { fileError, files } from './files.js';

/** An open regular file. */
export interface RegularFile {
  readonly handle: FileHandle;
  /** The number of bytes. */
  readonly size: number;
}

/**
 * Opens a regular file, and closes it after `body`.
 *
 * @param expected the kind of file, for the error where it cannot be opened
 * @param flags more flags than O_RDONLY and O_NONBLOCK
 * @throws ThalwegError TYPE, RANGE, MISSING, PERMISSION, UNSAFE_PATH, or another error of the file
 * system; and what `body` throws
 */
export async function withRegularFile<T>(
  file: string,
  expected: string,
  body: (opened: RegularFile) => Promise<T>,
  flags = 0,
): Promise<T> {
  checkPath('file', file);
  // With O_NONBLOCK, opening a FIFO does not wait for a writer.
  const handle = await files
    .open(file, constants.O_RDONLY | constants.O_NONBLOCK | flags)
    .catch((cause: unknown) => {
      const error = fileError(cause, file);
      if (error instanceof ThalwegError) throw error;
      const received = 'no readable file';
      throw new ThalwegError({ code: 'MISSING', path: file, received, expected }, { cause });
    });
  try {
    const status = await handle.stat();
    if (status.isFile()) return await body({ handle, size: status.size });
    throw new ThalwegError({
      code: 'UNSAFE_PATH',
      path: file,
      received: 'no regular file',
      expected: 'a regular file',
    });
  } catch (error) {
    throw fileError(error, file);
  } finally {
    await handle.close();
  }
}

/** Writing a file so that a crash leaves the old one or the new one, never a piece. */
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ThalwegError } from '../errors.js';

let counter = 0;

/** What the file system refused, as a coded error where there is a code for it. */
export function translate(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const options = { cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ThalwegError(
      {
        code: 'NO_SPACE',
        path: file,
        received: 'a full disk',
        expected: 'room for the file',
        remedy: 'free some; what was there before is intact',
      },
      options,
    );
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new ThalwegError(
      { code: 'MISSING', path: file, received: 'no such folder', expected: 'an existing folder' },
      options,
    );
  return error;
}

/**
 * Temporary file in the same folder, fsync, rename, fsync of the folder.
 *
 * @throws ThalwegError NO_SPACE, MISSING; or another error of the file system
 */
export async function writeAtomically(file: string, chunks: readonly Uint8Array[]): Promise<void> {
  const folder = dirname(file);
  const temporary = join(folder, `.${basename(file)}.${process.pid}.${counter++}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      for (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw translate(error, file);
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

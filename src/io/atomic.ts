/** Writing a file so that a crash leaves the old one or the new one, never a piece. */
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError, files } from './files.js';

let counter = 0;

/** Whether a file is what a write left behind that was cut short. */
export function isTemporary(name: string): boolean {
  return /^\..*\.\d+\.\d+\.tmp$/.test(name);
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await files.open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Temporary file in the same folder, fsync, rename, fsync of the folder.
 *
 * @param body the bytes, or what writes them
 * @throws ThalwegError NO_SPACE, MISSING, PERMISSION; or another error of the file system. What was
 * there before stays then
 */
export async function writeAtomically(
  file: string,
  body: readonly Uint8Array[] | ((handle: FileHandle) => Promise<void>),
): Promise<void> {
  const folder = dirname(file);
  const temporary = join(folder, `.${basename(file)}.${process.pid}.${counter++}.tmp`);
  try {
    const handle = await files.open(temporary, 'wx');
    try {
      if (typeof body === 'function') await body(handle);
      else for (const chunk of body) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await files.rename(temporary, file);
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => undefined); // the first error counts
    throw fileError(error, file);
  }
  await syncFolder(folder).catch((error: unknown) => {
    throw fileError(error, folder);
  });
}

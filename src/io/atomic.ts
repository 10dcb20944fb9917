/** Writing a file so that a crash leaves the old one or the new one, never a piece. */
import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError, files } from './files.js';

/** Whether a file is what a write left behind that was cut short. */
export function isTemporary(name: string): boolean {
  return /^\..*\.([\da-f-]{36}|\d+\.\d+)\.tmp$/.test(name); // the latter of versions before
}

/** What file systems say (CIFS, some of FUSE) that cannot sync a folder by itself. */
const unable = new Set(['EINVAL', 'ENOTSUP']);

/** Waits until the disk has the names of a folder, where the file system can tell. */
export async function syncFolder(folder: string): Promise<void> {
  const directory = await files.open(folder, 'r');
  try {
    await directory.sync();
  } catch (error) {
    if (!unable.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
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
  // Of no other process or thread, on any machine that shares the folder.
  const temporary = join(folder, `.${basename(file)}.${randomUUID()}.tmp`);
  const handle = await files.open(temporary, 'wx').catch((error: unknown) => {
    throw fileError(error, file);
  });
  try {
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

/** Writing a file so that a crash leaves the old one or the new one, never a piece. */
import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, readlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileError, files } from './files.js';

/** Whether a file is what a write left behind that was cut short. */
export function isTemporary(name: string): boolean {
  return /^\..*\.([\da-f-]{36}|\d+\.\d+)\.tmp$/.test(name); // the latter of versions before
}

/** What file systems say (CIFS, some of FUSE) that cannot sync a folder by itself. */
const unable = new Set(['EINVAL', 'ENOTSUP']);

/** Symbolic links after one another that are followed, as Linux does. */
const mostLinks = 40;

/**
 * Where a file is that symbolic links lead to, which need not exist yet.
 *
 * @throws ThalwegError UNSAFE_PATH where links lead round in a circle; or an error of the file system
 */
export async function throughLinks(file: string): Promise<string> {
  let at = file;
  for (let links = 0; links <= mostLinks; links++) {
    const target = await readlink(at).catch(() => undefined); // it is none, or writing will tell
    if (target === undefined) return at;
    at = resolve(dirname(at), target);
  }
  throw fileError(Object.assign(new Error('links in a circle'), { code: 'ELOOP' }), file);
}

/** The file that is about to be replaced; undefined where there is none. */
async function statusOf(file: string): Promise<Stats | undefined> {
  return files.stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(error, file);
  });
}

/** Read, write and execute of owner, group and others. */
const rights = 0o777;
const groupRights = 0o070;

/**
 * Gives a new file owner, group and rights of the one that it replaces. Where the group cannot be kept, the new one
 * gets no rights of it.
 */
async function keepRights(handle: FileHandle, old: Stats): Promise<void> {
  const { uid, gid } = await handle.stat();
  const isKept =
    (uid === old.uid && gid === old.gid) ||
    (await handle.chown(old.uid, old.gid).then(
      () => true,
      () => false,
    ));
  await handle.chmod(old.mode & (isKept ? rights : rights & ~groupRights));
}

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
 * Temporary file in the same folder, fsync, rename, fsync of the folder. A file that is replaced keeps its access
 * rights.
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
  const old = await statusOf(file);
  // Nobody else may read what replaces a private file, not even before it is complete.
  const mode = old === undefined ? 0o666 : 0o600;
  const handle = await files.open(temporary, 'wx', mode).catch((error: unknown) => {
    throw fileError(error, file);
  });
  try {
    try {
      if (old !== undefined) await keepRights(handle, old);
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

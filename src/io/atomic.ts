/** Writes files so that a crash leaves the whole old file or the whole new one. */
import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, readlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileError, files } from './files.js';

/** Returns true for the name of a temporary file, which an interrupted write leaves behind. */
export function isTemporary(name: string): boolean {
  return /^\..*\.([\da-f-]{36}|\d+\.\d+)\.tmp$/.test(name); // earlier versions wrote the two numbers
}

/** The error codes of file systems that cannot sync a folder, such as CIFS and some of FUSE. */
const unable = new Set(['EINVAL', 'ENOTSUP']);

/** The most symbolic links in a row that are followed; Linux has the same limit. */
const mostLinks = 40;

/**
 * Returns the path to which symbolic links lead. No file needs to exist there.
 *
 * @throws ThalwegError UNSAFE_PATH where links form a circle; or an error of the file system
 */
export async function throughLinks(file: string): Promise<string> {
  let at = file;
  for (let links = 0; links <= mostLinks; links++) {
    const target = await readlink(at).catch(() => undefined); // no link; writing reports other errors
    if (target === undefined) return at;
    at = resolve(dirname(at), target);
  }
  throw fileError(Object.assign(new Error('links in a circle'), { code: 'ELOOP' }), file);
}

/** Returns the status of the file that is to be replaced; undefined where there is none. */
async function statusOf(file: string): Promise<Stats | undefined> {
  return files.stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(error, file);
  });
}

/** The mode bits of reading, writing and executing for owner, group and others. */
const rights = 0o777;
const groupRights = 0o070;

/**
 * Gives a new file the owner, group and access rights of the file that it replaces. Where owner and
 * group cannot be set, the group gets no rights, because it may be another one.
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

/** Waits until the disk has the names in a folder, where the file system supports this. */
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
 * Writes a temporary file in the same folder, syncs it, renames it, and syncs the folder. A file that
 * is replaced keeps its access rights.
 *
 * @param body the bytes, or a function that writes them
 * @throws ThalwegError NO_SPACE, MISSING, PERMISSION, UNSAFE_PATH for a folder; or another error of the
 * file system. A present file then stays as it was
 */
export async function writeAtomically(
  file: string,
  body: readonly Uint8Array[] | ((handle: FileHandle) => Promise<void>),
): Promise<void> {
  const folder = dirname(file);
  // The name is unique among all processes and threads of all machines that share the folder.
  const temporary = join(folder, `.${basename(file)}.${randomUUID()}.tmp`);
  const old = await statusOf(file);
  if (old?.isDirectory() === true)
    throw fileError(Object.assign(new Error('a folder'), { code: 'EISDIR' }), file);
  // Nobody else may read the replacement of a private file, even while it is incomplete.
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
    await files.rm(temporary, { force: true }).catch(() => undefined); // only the first error is thrown
    throw fileError(error, file);
  }
  await syncFolder(folder).catch((error: unknown) => {
    throw fileError(error, folder);
  });
}

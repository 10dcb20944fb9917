/**
 * Locks a journal by a symbolic link beside it, as Optuna does. Only one process can make the link, also on a
 * network file system without locks.
 */
import { randomUUID } from 'node:crypto';
import { link, lstat, rename, stat, symlink, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileError } from '../../io/files.js';

/** The longest time between two attempts, in milliseconds. */
const longestWait = 8;

/** Returns the inode of the lock itself; undefined where there is none. */
async function inodeOf(lock: string): Promise<number | undefined> {
  return lstat(lock).then(
    ({ ino }) => ino,
    () => undefined,
  );
}

/** Says whether a lock is left over: for `grace` milliseconds it is the same, and the journal does not change. */
class Watch {
  readonly #file: string;
  readonly #lock: string;
  readonly #grace: number;
  #seen = '';
  #since = 0;

  constructor(file: string, lock: string, grace: number) {
    [this.#file, this.#lock, this.#grace] = [file, lock, grace];
  }

  /** Returns the inode of a lock that is left over; undefined where its owner may live. */
  async leftOver(): Promise<number | undefined> {
    const inode = await inodeOf(this.#lock);
    const changed = await stat(this.#file).then(
      ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
      () => '',
    );
    const seen = `${inode} ${changed}`;
    if (inode === undefined || seen !== this.#seen)
      [this.#seen, this.#since] = [seen, performance.now()];
    return performance.now() - this.#since >= this.#grace ? inode : undefined;
  }
}

/** Removes a lock by renaming it, and gives it back where it is no longer the one that was left over. */
async function breakLock(lock: string, inode: number): Promise<void> {
  const aside = `${lock}${randomUUID()}.rename`;
  try {
    await rename(lock, aside);
  } catch {
    return; // another process was faster
  }
  if ((await inodeOf(aside)) !== inode) await link(aside, lock).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}

/** A lock that is held. */
export interface HeldLock {
  release(): Promise<void>;
}

/**
 * Waits for the lock of a file, and takes it.
 *
 * @param grace milliseconds after which a lock counts as left over while the journal does not change
 * @throws ThalwegError MISSING, PERMISSION, NO_SPACE; or another error of the file system
 */
export async function lockJournal(file: string, grace: number): Promise<HeldLock> {
  const lock = `${file}.lock`;
  const watch = new Watch(file, lock, grace);
  for (let wait = 1; ; wait = Math.min(2 * wait, longestWait)) {
    try {
      await symlink(file, lock);
      const inode = await inodeOf(lock);
      return {
        release: async () => {
          if ((await inodeOf(lock)) === inode) await unlink(lock).catch(() => undefined);
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError(error, lock);
    }
    const leftOver = await watch.leftOver();
    if (leftOver === undefined) await sleep(wait);
    else await breakLock(lock, leftOver);
  }
}

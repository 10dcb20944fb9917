/** A folder of checkpoints: names, order, the newest readable file, and the writer's lock. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ThalwegError } from '../errors.js';
import { isTemporary } from '../io/atomic.js';
import { fileError, files } from '../io/files.js';
import { makeFolder } from '../io/folder.js';
import { type NativeFileLock, native } from '../native.js';

/** A checkpoint of the folder, known by its name only. */
export interface FolderEntry {
  readonly name: string;
  readonly file: string;
  /** The checkpoint's number; later checkpoints have higher ones. */
  readonly sequence: number;
}

/** A checkpoint that cannot be read. */
export interface DamagedCheckpoint {
  /** The path of the file. */
  readonly file: string;
  /** The error that reading it threw. */
  readonly error: Error;
}

const pattern = /^checkpoint-(\d{6,15})-step-\d+\.safetensors$/;
/** Below the highest number that the pattern allows, so that the names of all later files fit it. */
const highestSequence = 1e14;

/** Returns `checkpoint-000012-step-3400.safetensors` and the like; sorted names are in order of age. */
export function checkpointName(sequence: number, step: number): string {
  return `checkpoint-${String(sequence).padStart(6, '0')}-step-${step}.safetensors`;
}

/**
 * Returns the number of the next checkpoint.
 *
 * @param entries the folder's checkpoints, the newest first
 * @throws ThalwegError RANGE where the newest number is too high, which no run writes
 */
export function nextSequence([newest]: readonly FolderEntry[]): number {
  if (newest === undefined) return 1;
  if (newest.sequence < highestSequence) return newest.sequence + 1;
  throw new ThalwegError({
    code: 'RANGE',
    path: newest.file,
    received: `number ${newest.sequence}`,
    expected: `numbers of checkpoints below ${highestSequence}`,
    remedy: 'remove or rename the file, because later checkpoints need higher numbers',
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await files.readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError(error, folder);
  }
}

/** Returns the checkpoints of a folder, the newest first; none where there is no folder. */
export async function listCheckpoints(folder: string): Promise<FolderEntry[]> {
  return (await namesIn(folder))
    .flatMap((name) => {
      const sequence = pattern.exec(name)?.[1];
      if (sequence === undefined) return [];
      return [{ name, file: join(folder, name), sequence: Number(sequence) }];
    })
    .sort((a, b) => b.sequence - a.sequence);
}

/** The codes of errors that a damaged file causes. Other codes mean a whole file that does not fit. */
const damage = new Set([
  'CHECKSUM',
  'FORMAT',
  'TRUNCATED',
  'HEADER_LIMIT',
  'ENCODING',
  'DEPTH',
  'DUPLICATE',
  'DTYPE',
  'SHAPE',
  'RANK',
  'OVERFLOW',
  'LAYOUT',
  'UNSAFE_PATH',
  'MISSING',
  'RANGE',
]);

/** Returns true where an error of reading a checkpoint means that an older one should be tried. */
export function isDamage(error: unknown): error is Error {
  if (error instanceof ThalwegError) return damage.has(error.code);
  // An error of the file system, such as EIO, counts too.
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
}

/** A checkpoint that was loaded. */
interface GoodCheckpoint<T> {
  readonly file: string;
  readonly loaded: T;
}

/** Returns the first file that `load` accepts, if any, and the damaged ones before it. */
export async function firstGood<T>(
  given: readonly string[],
  load: (file: string) => Promise<T>,
): Promise<{
  readonly found: GoodCheckpoint<T> | undefined;
  readonly damaged: readonly DamagedCheckpoint[];
}> {
  const damaged: DamagedCheckpoint[] = [];
  for (const file of given)
    try {
      return { found: { file, loaded: await load(file) }, damaged };
    } catch (error) {
      if (!isDamage(error)) throw error;
      damaged.push({ file, error });
    }
  return { found: undefined, damaged };
}

/** Throws CHECKSUM: all checkpoints of a folder are damaged. `cause` says why one was needed. */
export function refuseDamaged(
  folder: string,
  damaged: readonly DamagedCheckpoint[],
  cause?: Error,
): never {
  const [first] = damaged;
  const example = first === undefined ? '' : `, ${first.file}: ${first.error.message}`;
  throw new ThalwegError(
    {
      code: 'CHECKSUM',
      path: folder,
      received: `${damaged.length} damaged${example}`,
      expected: 'at least one good checkpoint',
      remedy: 'restore a copy, or start a new run in another folder',
    },
    { cause: cause ?? first?.error },
  );
}

/** The newest checkpoint that was loaded, and the newer ones, which are damaged. */
interface NewestGood<T> extends GoodCheckpoint<T> {
  readonly damaged: readonly DamagedCheckpoint[];
}

/**
 * Returns the newest checkpoint that `load` accepts, skipping damaged ones, or undefined where there
 * are no checkpoints.
 *
 * @throws ThalwegError CHECKSUM where all checkpoints are damaged
 */
export async function newestGood<T>(
  folder: string,
  load: (file: string) => Promise<T>,
): Promise<NewestGood<T> | undefined> {
  const entries = await listCheckpoints(folder);
  const { found, damaged } = await firstGood(
    entries.map(({ file }) => file),
    load,
  );
  if (found !== undefined) return { ...found, damaged };
  return damaged.length === 0 ? undefined : refuseDamaged(folder, damaged);
}

/** Makes the folder and locks it for this writer; throws LOCKED where another writer holds it. */
export async function lockFolder(folder: string): Promise<NativeFileLock> {
  try {
    await makeFolder(folder);
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw isFile
      ? new ThalwegError({
          code: 'UNSAFE_PATH',
          path: folder,
          received: 'no folder',
          expected: 'a folder',
        })
      : fileError(error, folder);
  }
  const owner = `process ${process.pid}${threadId === 0 ? '' : `, thread ${threadId}`} on ${hostname()}`;
  const since = new Date().toISOString();
  return new native.FileLock(join(folder, '.lock'), `${owner}, since ${since}`);
}

/**
 * Throws where the path no longer leads to the locked folder, because another run may write there.
 *
 * @throws ThalwegError UNSAFE_PATH
 */
export function checkInPlace(folder: string, lock: NativeFileLock): void {
  if (lock.isInPlace()) return;
  throw new ThalwegError({
    code: 'UNSAFE_PATH',
    path: folder,
    received: 'another folder than the run began with, or one without its .lock',
    expected: 'the folder that the run has locked',
    remedy: 'move the folder back; it holds the earlier checkpoints',
  });
}

/** Removes the temporary files of interrupted writes. Only the lock's owner may call it. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await namesIn(folder))
    if (isTemporary(name) && name.startsWith('.checkpoint-'))
      await files.rm(join(folder, name), { force: true }).catch(() => undefined);
}

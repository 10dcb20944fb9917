/** A folder of checkpoints: names, order, the newest good one, and the lock of its writer. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ThalwegError } from '../errors.js';
import { isTemporary } from '../io/atomic.js';
import { fileError, files } from '../io/files.js';
import { type NativeFileLock, native } from '../native.js';

/** A file of the folder, by its name. */
export interface FolderEntry {
  readonly name: string;
  readonly file: string;
  /** Rises from checkpoint to checkpoint. */
  readonly sequence: number;
}

/** A checkpoint that cannot be used. */
export interface DamagedCheckpoint {
  /** Where it lies. */
  readonly file: string;
  /** What is wrong with it. */
  readonly error: Error;
}

const pattern = /^checkpoint-(\d{6,15})-step-\d+\.safetensors$/;
/** The pattern's highest number, less all that a run can write: names of the next files fit it. */
const highestSequence = 1e14;

/** `checkpoint-000012-step-3400.safetensors`: names sort as the checkpoints were made. */
export function checkpointName(sequence: number, step: number): string {
  return `checkpoint-${String(sequence).padStart(6, '0')}-step-${step}.safetensors`;
}

/**
 * The number of the next checkpoint.
 *
 * @param entries the folder's, the newest first
 * @throws ThalwegError RANGE where the numbers are used up, as by a file that no run has written
 */
export function nextSequence([newest]: readonly FolderEntry[]): number {
  if (newest === undefined) return 1;
  if (newest.sequence < highestSequence) return newest.sequence + 1;
  throw new ThalwegError({
    code: 'RANGE',
    path: newest.file,
    received: `number ${newest.sequence}`,
    expected: `numbers of checkpoints below ${highestSequence}`,
    remedy: 'remove or rename the file: later ones could not be told from it',
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

/** The checkpoints of a folder by name, the newest first; none where there is no folder. */
export async function listCheckpoints(folder: string): Promise<FolderEntry[]> {
  return (await namesIn(folder))
    .flatMap((name) => {
      const sequence = pattern.exec(name)?.[1];
      if (sequence === undefined) return [];
      return [{ name, file: join(folder, name), sequence: Number(sequence) }];
    })
    .sort((a, b) => b.sequence - a.sequence);
}

/** What a damaged file is refused with; other refusals say that the file is whole but not ours. */
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

/** Whether an error of reading a checkpoint means that an older one should be tried. */
export function isDamage(error: unknown): error is Error {
  if (error instanceof ThalwegError) return damage.has(error.code);
  // An error of the file system, say EIO.
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
}

/** A checkpoint that could be loaded. */
interface GoodCheckpoint<T> {
  readonly file: string;
  readonly loaded: T;
}

/** The first file that `load` takes, if any, and the damaged ones before it. */
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

/** CHECKSUM, because all checkpoints of a folder are damaged; `cause`: why they were asked for. */
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

/** The newest checkpoint that could be loaded, and those after it that could not. */
interface NewestGood<T> extends GoodCheckpoint<T> {
  readonly damaged: readonly DamagedCheckpoint[];
}

/**
 * The newest checkpoint that `load` takes; those that are damaged are passed over.
 *
 * @throws ThalwegError CHECKSUM where there are checkpoints, all of them damaged
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

/** Makes the folder and locks it for this writer; LOCKED where there is another. */
export async function lockFolder(folder: string): Promise<NativeFileLock> {
  try {
    await files.mkdir(folder, { recursive: true });
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
 * Refuses a folder that is no longer the one that was locked, whose writer may be another by now.
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
    remedy: 'put it back; the checkpoints until then are where it was moved',
  });
}

/** Removes what writes left behind that were cut short. Only for the lock's owner. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await namesIn(folder))
    if (isTemporary(name) && name.startsWith('.checkpoint-'))
      await files.rm(join(folder, name), { force: true }).catch(() => undefined);
}

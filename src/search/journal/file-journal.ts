/** Keeps studies in a file of Optuna's journal, which other processes and Python's Optuna may extend. */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ThalwegError } from '../../errors.js';
import { syncFolder } from '../../io/atomic.js';
import { fileError, files } from '../../io/files.js';
import { makeFolder } from '../../io/folder.js';
import { describe } from '../../options.js';
import type { Change, Journal } from './journal.js';
import { LineReader } from './line-reader.js';
import { type JournalRecord, recordLine } from './records.js';
import { Replay } from './replay.js';
import { checkSameFile } from './same-file.js';
import { type HeldLock, lockJournal } from './symlink-lock.js';

/** Milliseconds after which a lock counts as left over; Optuna waits as long. */
const usualGrace = 30_000;

/** Options of a journal. */
interface JournalOptions {
  /** Milliseconds after which a lock counts as left over. */
  readonly grace?: number;
}

/** The beginning of each record, as thalweg and Optuna write it. */
const beginning = '{"op_code":';

/** Returns true for a part of a record; a file of another kind begins otherwise. */
function beginsRecord(torn: Buffer): boolean {
  const text = torn.toString('latin1', 0, beginning.length);
  return beginning.startsWith(text);
}

/** Opens the file, and makes it with its folder where there is none. */
async function openFile(file: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NONBLOCK, O_NOFOLLOW } = constants;
  try {
    await makeFolder(dirname(file));
    const handle = await files.open(file, O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW, 0o666);
    const status = await handle.stat();
    if (status.isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw fileError(error, file);
  }
  throw new ThalwegError({
    code: 'UNSAFE_PATH',
    path: file,
    received: 'no regular file',
    expected: 'a regular file, or none',
  });
}

/** A journal in a file. */
export class FileJournal implements Journal {
  readonly replay = new Replay();
  readonly isShared = true;
  readonly file: string;
  readonly #grace: number;
  readonly #handle: FileHandle;
  readonly #reader: LineReader;
  #waiting: JournalRecord[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #isDraining = false;

  private constructor(file: string, handle: FileHandle, { grace = usualGrace }: JournalOptions) {
    [this.file, this.#handle, this.#grace] = [file, handle, grace];
    this.#reader = new LineReader(file, handle, (record) => {
      this.replay.apply(record);
    });
  }

  /**
   * Opens a journal and reads it.
   *
   * @throws ThalwegError UNSAFE_PATH, MISSING, PERMISSION, NO_SPACE, FORMAT, DEPTH, OVERFLOW, DUPLICATE
   */
  static async open(path: string, options: JournalOptions = {}): Promise<FileJournal> {
    const file = resolve(path);
    const handle = await openFile(file);
    const journal = new FileJournal(file, handle, options);
    try {
      await journal.#reader.read();
      await syncFolder(dirname(file));
      return journal;
    } catch (error) {
      await handle.close();
      throw fileError(error, file);
    }
  }

  async update<T>(body: () => Change<T>, isDurable = false): Promise<T> {
    return this.#inTurn(async () => this.#locked(body, isDurable));
  }

  add(record: JournalRecord): void {
    this.#waiting.push(record);
    if (this.#isDraining) return;
    this.#isDraining = true;
    const drain = async (): Promise<void> => {
      this.#isDraining = false;
      if (this.#waiting.length > 0)
        await this.#locked(() => ({ records: [], result: undefined }), false);
    };
    this.#inTurn(drain).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  async flush(): Promise<void> {
    await this.#inTurn(async () => {
      await Promise.resolve();
      this.#rethrow();
    });
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#handle.close();
    }
  }

  /** Runs one piece of work after another. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #rethrow(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  async #locked<T>(body: () => Change<T>, isDurable: boolean): Promise<T> {
    this.#rethrow();
    let lock: HeldLock | undefined;
    try {
      lock = await lockJournal(this.file, this.#grace);
      await checkSameFile(this.file, this.#handle, this.#reader.bytes);
      const torn = await this.#reader.read();
      await this.#cut(torn);
      return await this.#append(body, isDurable);
    } catch (error) {
      throw fileError(error, this.file);
    } finally {
      await lock?.release();
    }
  }

  /** Removes a part of a line, which a process that died has left, and on which nobody has relied. */
  async #cut(torn: Buffer): Promise<void> {
    if (torn.length === 0) return;
    if (this.#reader.bytes === 0 && !beginsRecord(torn))
      throw new ThalwegError({
        code: 'FORMAT',
        path: this.file,
        received: `a file that begins with ${describe(torn.toString('utf8', 0, 60))}`,
        expected: "a journal of Optuna's, or no file",
        remedy: 'use another file for the store',
      });
    await this.#handle.truncate(this.#reader.bytes);
  }

  async #append<T>(body: () => Change<T>, isDurable: boolean): Promise<T> {
    const waiting = this.#waiting.length;
    const before = this.#waiting.map(recordLine).join('');
    // The waiting records count before the body looks at the trials.
    if (before !== '') await this.#write(before);
    this.#waiting.splice(0, waiting);
    const { records, result } = body();
    if (records.length > 0) await this.#write(records.map(recordLine).join(''));
    if (isDurable) await this.#handle.datasync();
    return result;
  }

  /** Writes lines at the end, and applies them by reading them. Where it fails, the file is as before. */
  async #write(lines: string): Promise<void> {
    const start = this.#reader.bytes;
    const bytes = Buffer.from(lines);
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, undefined, start + done);
        done += bytesWritten;
      }
    } catch (error) {
      await this.#handle.truncate(start).catch(() => undefined);
      throw error;
    }
    await this.#reader.read();
  }
}

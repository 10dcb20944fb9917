/** Where a study is kept: in memory, or in a file. */
import type { JournalRecord } from './records.js';
import { Replay } from './replay.js';

/** The records that a body decides to add, and its result. */
export interface Change<T> {
  readonly records: readonly JournalRecord[];
  readonly result: T;
}

/** A list of records, which several workers extend. */
export interface Journal {
  /** The studies and trials as of the last update. */
  readonly replay: Replay;
  /** True where other processes may add records. */
  readonly isShared: boolean;
  /**
   * Reads what others have added, calls `body` while nobody else may add, and adds its records.
   *
   * @param isDurable true waits until the disk has the records
   * @throws ThalwegError NO_SPACE, MISSING, PERMISSION, FORMAT, LOCKED; nothing was added then
   */
  update<T>(body: () => Change<T>, isDurable?: boolean): Promise<T>;
  /** Adds a record soon; a failure rejects the next `update` or `flush`. */
  add(record: JournalRecord): void;
  /** Waits until all added records are written. */
  flush(): Promise<void>;
  /** Writes what waits, and closes the file. */
  close(): Promise<void>;
}

/** Keeps records as long as the process lives. */
export class MemoryJournal implements Journal {
  readonly replay = new Replay();
  readonly isShared = false;

  async update<T>(body: () => Change<T>): Promise<T> {
    const { records, result } = body();
    for (const record of records) this.replay.apply(record);
    return Promise.resolve(result);
  }

  add(record: JournalRecord): void {
    this.replay.apply(record);
  }

  async flush(): Promise<void> {
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

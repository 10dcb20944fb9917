/** A handle of a native trainer, which gives exclusive and shared access until it is disposed of. */
import { ThalwegError } from '../errors.js';
import type { NativeTrainer } from '../native.js';

/**
 * Calls that change the trainer have exclusive access: other such calls throw BUSY meanwhile. Calls that only
 * read have shared access: they wait and run one after another, after the exclusive call. An exclusive call
 * may {@link TrainerHandle.open open} the trainer to them, as a run does between epochs.
 */
export class TrainerHandle {
  #trainer: NativeTrainer | undefined;
  #isHeld = false;
  /** The number of calls of {@link TrainerHandle.open} that have not ended. */
  #open = 0;
  #isRead = false;
  /** The calls that wait to read, in their order; each function lets one begin. */
  readonly #waiting: (() => void)[] = [];

  constructor(trainer: NativeTrainer) {
    this.#trainer = trainer;
  }

  get isLive(): boolean {
    return this.#trainer !== undefined;
  }

  /** True where a call that reads would run at once. */
  get isReadable(): boolean {
    return !this.#isRead && (!this.#isHeld || this.#open > 0);
  }

  /** Returns the trainer even while it is in use. @throws ThalwegError DISPOSED */
  get(): NativeTrainer {
    if (this.#trainer === undefined)
      throw new ThalwegError({
        code: 'DISPOSED',
        path: 'trainer',
        received: 'a disposed trainer',
        expected: 'a live trainer',
        remedy: 'make a new Trainer',
      });
    return this.#trainer;
  }

  /** Returns the trainer for a synchronous call that changes it. @throws ThalwegError DISPOSED, BUSY */
  getExclusive(): NativeTrainer {
    const trainer = this.get();
    if (this.#isHeld || this.#isRead) refuse();
    return trainer;
  }

  /** Returns the trainer for a synchronous call that only reads. @throws ThalwegError DISPOSED, BUSY */
  getShared(): NativeTrainer {
    const trainer = this.get();
    if (!this.isReadable) refuse();
    return trainer;
  }

  /** Has exclusive access until the body's promise settles. @throws as {@link TrainerHandle.getExclusive} */
  async withExclusive<T>(body: (trainer: NativeTrainer) => Promise<T>): Promise<T> {
    const trainer = this.getExclusive();
    this.#isHeld = true;
    try {
      return await body(trainer);
    } finally {
      this.#isHeld = false;
      this.#letNextRead();
    }
  }

  /** Runs a body that only reads, at once or after waiting calls. @throws ThalwegError DISPOSED */
  async withShared<T>(body: (trainer: NativeTrainer) => Promise<T>): Promise<T> {
    this.get();
    const wait = this.#beginReading();
    if (wait !== undefined) await wait; // without a wait the body begins before this function returns
    try {
      return await body(this.get());
    } finally {
      this.#isRead = false;
      this.#letNextRead();
    }
  }

  /** Lets other calls read during the body. Calls that still wait at its end read before this one returns. */
  async open<T>(body: () => Promise<T>): Promise<T> {
    this.#open++;
    this.#letNextRead();
    try {
      return await body();
    } finally {
      await this.#beginReading();
      this.#open--;
      this.#isRead = false;
      this.#letNextRead();
    }
  }

  /** Stops a running job and frees all memory. */
  dispose(): void {
    this.#trainer?.dispose();
    this.#trainer = undefined;
  }

  /** Begins to read; returns a promise where the call has to wait. */
  #beginReading(): Promise<void> | undefined {
    if (!this.isReadable || this.#waiting.length > 0)
      return new Promise((resolve) => this.#waiting.push(resolve));
    this.#isRead = true;
    return undefined;
  }

  /** Lets the next waiting call read, if there is one. */
  #letNextRead(): void {
    if (!this.isReadable || this.#waiting.length === 0) return;
    this.#isRead = true;
    this.#waiting.shift()!();
  }
}

function refuse(): never {
  throw new ThalwegError({
    code: 'BUSY',
    path: 'trainer',
    received: 'a call while another runs',
    expected: 'one call at a time',
    remedy: 'await the first, or make another trainer',
  });
}

/** A handle on a native trainer: exclusive and shared access to it, until it is disposed of. */
import { ThalwegError } from '../errors.js';
import type { NativeTrainer } from '../native.js';

/**
 * Calls that change the trainer have exclusive access: other such calls are BUSY meanwhile. Calls that
 * only read share it: they run one after another, after the exclusive call, or within it where that
 * {@link TrainerHandle.open opens} the trainer, as a run does between epochs.
 */
export class TrainerHandle {
  #trainer: NativeTrainer | undefined;
  #isHeld = false;
  /** How many bodies of {@link TrainerHandle.open} are under way. */
  #open = 0;
  #isRead = false;
  /** Calls that wait to read, in their order; each function lets one begin. */
  readonly #waiting: (() => void)[] = [];

  constructor(trainer: NativeTrainer) {
    this.#trainer = trainer;
  }

  get isLive(): boolean {
    return this.#trainer !== undefined;
  }

  /** Whether a call that reads would run at once. */
  get isReadable(): boolean {
    return !this.#isRead && (!this.#isHeld || this.#open > 0);
  }

  /** The trainer, whoever uses it. @throws ThalwegError DISPOSED */
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

  /** The trainer, for a synchronous call that changes something. @throws ThalwegError DISPOSED, BUSY */
  getExclusive(): NativeTrainer {
    const trainer = this.get();
    if (this.#isHeld || this.#isRead) refuse();
    return trainer;
  }

  /** The trainer, for a synchronous call that only reads. @throws ThalwegError DISPOSED, BUSY */
  getShared(): NativeTrainer {
    const trainer = this.get();
    if (!this.isReadable) refuse();
    return trainer;
  }

  /** Keeps others out until what the body gives has settled. @throws as {@link TrainerHandle.getExclusive} */
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

  /** Runs a body that only reads: at once where the trainer is readable, else in turn. @throws ThalwegError DISPOSED */
  async withShared<T>(body: (trainer: NativeTrainer) => Promise<T>): Promise<T> {
    this.get();
    const wait = this.#beginReading();
    if (wait !== undefined) await wait; // else the body begins before this returns
    try {
      return await body(this.get());
    } finally {
      this.#isRead = false;
      this.#letNextRead();
    }
  }

  /** Lets others read during the body; those that wait then read before the exclusive call goes on. */
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

  /** Stops what runs, frees all memory. */
  dispose(): void {
    this.#trainer?.dispose();
    this.#trainer = undefined;
  }

  /** Begins to read; gives a promise where the call has to wait. */
  #beginReading(): Promise<void> | undefined {
    if (!this.isReadable || this.#waiting.length > 0)
      return new Promise((resolve) => this.#waiting.push(resolve));
    this.#isRead = true;
    return undefined;
  }

  /** Lets the next waiting call read, where there is one. */
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

/** Who may use a native trainer: one call at a time, until it is disposed of. */
import { ThalwegError } from '../errors.js';
import type { NativeTrainer } from '../native.js';

/**
 * Calls that change the trainer hold it: others are BUSY meanwhile. Calls that only read wait for each
 * other, and for the end of what holds it, or for the next time that opens it: a run does between epochs.
 */
export class Lease {
  #trainer: NativeTrainer | undefined;
  #isHeld = false;
  /** How many times it was opened, less how many it was closed. */
  #open = 0;
  #isRead = false;
  /** Readers to come, the first first; each is told that it is its turn. */
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

  /** @throws ThalwegError DISPOSED */
  live(): NativeTrainer {
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

  /** For a synchronous call that changes something. @throws ThalwegError DISPOSED, BUSY */
  idle(): NativeTrainer {
    const trainer = this.live();
    if (this.#isHeld || this.#isRead) refuse();
    return trainer;
  }

  /** For a synchronous call that only reads. @throws ThalwegError DISPOSED, BUSY */
  readable(): NativeTrainer {
    const trainer = this.live();
    if (!this.isReadable) refuse();
    return trainer;
  }

  /** Until what the body gives has settled. @throws as {@link Lease.idle} */
  async hold<T>(body: (trainer: NativeTrainer) => Promise<T>): Promise<T> {
    const trainer = this.idle();
    this.#isHeld = true;
    try {
      return await body(trainer);
    } finally {
      this.#isHeld = false;
      this.#pass();
    }
  }

  /** At once where the trainer is readable, else in turn. @throws ThalwegError DISPOSED */
  async read<T>(body: (trainer: NativeTrainer) => Promise<T>): Promise<T> {
    this.live();
    const turn = this.#turn();
    if (turn !== undefined) await turn; // else the body begins before this returns
    try {
      return await body(this.live());
    } finally {
      this.#isRead = false;
      this.#pass();
    }
  }

  /** Lets others read during the body, and all that wait then before what holds the trainer goes on. */
  async open<T>(body: () => Promise<T>): Promise<T> {
    this.#open++;
    this.#pass();
    try {
      return await body();
    } finally {
      await this.#turn();
      this.#open--;
      this.#isRead = false;
      this.#pass();
    }
  }

  /** Stops what runs, frees all memory. */
  dispose(): void {
    this.#trainer?.dispose();
    this.#trainer = undefined;
  }

  /** A reader's turn: a promise where it is to wait for it. */
  #turn(): Promise<void> | undefined {
    if (!this.isReadable || this.#waiting.length > 0)
      return new Promise((resolve) => this.#waiting.push(resolve));
    this.#isRead = true;
    return undefined;
  }

  /** The next reader's turn, where there is one. */
  #pass(): void {
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

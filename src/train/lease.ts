/** Who may use a native trainer: one call at a time, until it is disposed of. */
import { ThalwegError } from '../errors.js';
import type { NativeTrainer } from '../native.js';

export class Lease {
  #trainer: NativeTrainer | undefined;
  #isHeld = false;

  constructor(trainer: NativeTrainer) {
    this.#trainer = trainer;
  }

  get isLive(): boolean {
    return this.#trainer !== undefined;
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

  /** For a synchronous call. @throws ThalwegError DISPOSED, BUSY */
  idle(): NativeTrainer {
    const trainer = this.live();
    if (this.#isHeld)
      throw new ThalwegError({
        code: 'BUSY',
        path: 'trainer',
        received: 'a call while another runs',
        expected: 'one call at a time',
        remedy: 'await the first, or make another trainer',
      });
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
    }
  }

  /** Stops what runs, frees all memory. */
  dispose(): void {
    this.#trainer?.dispose();
    this.#trainer = undefined;
  }
}

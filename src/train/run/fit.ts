/** The return value of `trainer.fit`: a promise of the history that can also be iterated for events. */
import type { LossName } from '../../loss/loss.js';
import type { TrainEvent } from '../../run/events.js';
import type { History } from '../../run/history.js';

/** A linked list of events. Events that every loop has passed can be garbage-collected. */
interface Link<L extends LossName> {
  readonly event?: TrainEvent<L>;
  next?: Link<L>;
}

/** Trains, and calls `emit` with each event. Its types do not know the loss. */
type Run = (emit: (event: TrainEvent) => void) => Promise<History>;

/** The least number of progress events of the current epoch that are kept for loops that begin late. */
const lateProgress = 1000;

/**
 * A training run: `await` it for its history, or iterate it for typed events. Leaving such a loop early does
 * not end the run; an `AbortSignal` or disposal does. `L` is the name of the loss, where the type knows it.
 */
export class Fit<L extends LossName = LossName>
  implements PromiseLike<History<L>>, AsyncIterable<TrainEvent<L>>
{
  readonly #history: Promise<History<L>>;
  /** The events for loops that begin late. */
  readonly #kept: TrainEvent<L>[] = [];
  /** The index of the current epoch's first kept event, and the number of its progress events. */
  #epoch = { begin: 0, progress: 0 };
  #last: Link<L> = {};
  /** The number of loops that have not ended. */
  #loops = 0;
  /** True after the caller has awaited the history, or a loop has come to the end. */
  #isHeard = false;
  readonly #listeners = new Set<() => void>();
  #settled = false;

  /**
   * Starts `run`, which trains and calls `emit` with each event.
   *
   * @internal
   */
  constructor(run: Run) {
    this.#history = this.#run(run);
  }

  /** Runs the training. No handler is attached here, so a failure that nobody awaits is an unhandled rejection. */
  async #run(run: Run): Promise<History<L>> {
    try {
      const history = await run((told) => {
        const event = told as TrainEvent<L>;
        this.#keep(event);
        this.#last = this.#last.next = { event };
        this.#wake();
      });
      return history as History<L>;
    } catch (error) {
      if (this.#loops > 0) this.#history.catch(() => undefined); // a loop throws the error at its end
      throw error;
    } finally {
      this.#settled = true;
      this.#wake();
    }
  }

  /** Keeps an event. Drops progress events of finished epochs, which would fill the memory in a long run. */
  #keep(event: TrainEvent<L>): void {
    this.#kept.push(event);
    if (event.type === 'progress') this.#epoch.progress++;
    const isOver = event.type === 'epoch';
    if (!isOver && this.#epoch.progress < 2 * lateProgress) return;
    let surplus = isOver ? Infinity : lateProgress;
    const rest = this.#kept
      .splice(this.#epoch.begin)
      .filter(({ type }) => type !== 'progress' || surplus-- <= 0);
    for (const each of rest) this.#kept.push(each);
    if (isOver) this.#epoch = { begin: this.#kept.length, progress: 0 };
    else this.#epoch.progress -= lateProgress;
  }

  /** Makes `await fit` return the history. */
  then<A = History<L>, B = never>(
    onFulfilled?: ((history: History<L>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isHeard = true;
    return this.#history.then(onFulfilled, onRejected);
  }

  /** Handles a failure of the run, as `Promise.catch` does. */
  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<History<L> | B> {
    this.#isHeard = true;
    return this.#history.catch(onRejected);
  }

  /** Calls a function after the run, as `Promise.finally` does. */
  finally(onFinally?: (() => void) | null): Promise<History<L>> {
    this.#isHeard = true;
    return this.#history.finally(onFinally);
  }

  /**
   * Iterates over all events from the first on; throws the run's error at the end if it failed. A loop that
   * begins late gets no progress events of finished epochs, and of the current epoch about the latest
   * thousand.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<TrainEvent<L>, History<L>> {
    let link = this.#last;
    this.#loops++;
    try {
      yield* [...this.#kept];
      for (;;) {
        if (link.next !== undefined) {
          link = link.next;
          yield link.event!;
        } else if (this.#settled) {
          this.#isHeard = true;
          return await this.#history;
        } else {
          await new Promise<void>((resolve) => this.#listeners.add(resolve));
        }
      }
    } finally {
      this.#loops--;
      if (this.#settled) this.#tellProcess();
    }
  }

  /** Makes the failure an unhandled rejection where every loop was left before it could throw the error. */
  #tellProcess(): void {
    setImmediate(() => {
      if (!this.#isHeard && this.#loops === 0) void this.#history.then(() => undefined);
    });
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

/** What `trainer.fit` returns: a promise of the history that can also be iterated for events. */
import type { TrainEvent } from './events.js';
import type { History } from './history.js';

/** An event, and the way to those after it: what every loop has passed, nobody keeps. */
interface Link {
  readonly event?: TrainEvent;
  next?: Link;
}

/** Of the epoch under way, the latest progress that is kept for loops that come late, at least. */
const lateProgress = 1000;

/**
 * A training run under way: `await` it for its history, or iterate it for typed events. Leaving a
 * loop over it early does not end the run; an `AbortSignal` or disposal does.
 */
export class Fit implements PromiseLike<History>, AsyncIterable<TrainEvent> {
  readonly #history: Promise<History>;
  /** Events for loops that come late. */
  readonly #kept: TrainEvent[] = [];
  /** Where those of the epoch under way begin, and how many of them are progress. */
  #epoch = { begin: 0, progress: 0 };
  #last: Link = {};
  /** Loops under way. */
  #loops = 0;
  /** Whether someone awaits the history, or a loop has come to the end. */
  #isHeard = false;
  readonly #listeners = new Set<() => void>();
  #settled = false;

  /**
   * `run` trains, handing each event to `emit`.
   *
   * @internal
   */
  constructor(run: (emit: (event: TrainEvent) => void) => Promise<History>) {
    this.#history = this.#run(run);
  }

  /** No handler hangs on the promise: a failure that nobody awaits is an unhandled rejection. */
  async #run(run: ConstructorParameters<typeof Fit>[0]): Promise<History> {
    try {
      return await run((event) => {
        this.#keep(event);
        this.#last = this.#last.next = { event };
        this.#wake();
      });
    } catch (error) {
      if (this.#loops > 0) this.#history.catch(() => undefined); // told where a loop gets there
      throw error;
    } finally {
      this.#settled = true;
      this.#wake();
    }
  }

  /** Long runs send without end what nobody may ever read: progress goes with its epoch. */
  #keep(event: TrainEvent): void {
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

  /** As of a promise: `await fit` gives the history. */
  then<A = History, B = never>(
    onFulfilled?: ((history: History) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isHeard = true;
    return this.#history.then(onFulfilled, onRejected);
  }

  /** As of a promise. */
  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<History | B> {
    this.#isHeard = true;
    return this.#history.catch(onRejected);
  }

  /** As of a promise. */
  finally(onFinally?: (() => void) | null): Promise<History> {
    this.#isHeard = true;
    return this.#history.finally(onFinally);
  }

  /**
   * Every event from the first on, then the run's error if it failed. Of epochs that ended before the
   * loop began, the progress is left out, and of the epoch under way all but about the latest thousand.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<TrainEvent, History> {
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

  /** Where every loop was left before it came to the failure: as if there had been none. */
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

/** What `trainer.fit` returns: a promise of the history that can also be iterated for events. */
import type { LossName } from '../../loss/loss.js';
import type { TrainEvent } from '../../run/events.js';
import type { History } from '../../run/history.js';

/** An event, and the way to those after it: what every loop has passed, nobody keeps. */
interface Link<L extends LossName> {
  readonly event?: TrainEvent<L>;
  next?: Link<L>;
}

/** Trains, handing each event to `emit`. It knows its loss as a value, but not as a type. */
type Run = (emit: (event: TrainEvent) => void) => Promise<History>;

/** Progress events of the epoch under way that are kept, at least, for loops that come late. */
const lateProgress = 1000;

/**
 * A training run under way: `await` it for its history, or iterate it for typed events. Leaving a
 * loop over it early does not end the run; an `AbortSignal` or disposal does. `L` is the name of the
 * loss, where the type knows it.
 */
export class Fit<L extends LossName = LossName>
  implements PromiseLike<History<L>>, AsyncIterable<TrainEvent<L>>
{
  readonly #history: Promise<History<L>>;
  /** Events for loops that come late. */
  readonly #kept: TrainEvent<L>[] = [];
  /** Where those of the epoch under way begin, and how many of them are progress. */
  #epoch = { begin: 0, progress: 0 };
  #last: Link<L> = {};
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
  constructor(run: Run) {
    this.#history = this.#run(run);
  }

  /** No handler hangs on the promise: a failure that nobody awaits is an unhandled rejection. */
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
      if (this.#loops > 0) this.#history.catch(() => undefined); // told where a loop gets there
      throw error;
    } finally {
      this.#settled = true;
      this.#wake();
    }
  }

  /** Long runs send without end what nobody may ever read: progress goes with its epoch. */
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

  /** Makes `await fit` give the history, as a promise does. */
  then<A = History<L>, B = never>(
    onFulfilled?: ((history: History<L>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isHeard = true;
    return this.#history.then(onFulfilled, onRejected);
  }

  /** As of a promise. */
  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<History<L> | B> {
    this.#isHeard = true;
    return this.#history.catch(onRejected);
  }

  /** As of a promise. */
  finally(onFinally?: (() => void) | null): Promise<History<L>> {
    this.#isHeard = true;
    return this.#history.finally(onFinally);
  }

  /**
   * Every event from the first on, then the run's error if it failed. Of epochs that ended before the
   * loop began, the progress is left out, and of the epoch under way all but about the latest thousand.
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

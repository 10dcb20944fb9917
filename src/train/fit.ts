/** What `trainer.fit` returns: a promise of the history that can also be iterated for events. */
import type { TrainEvent } from './events.js';
import type { History } from './history.js';

/**
 * A training run under way: `await` it for its history, or iterate it for typed events. Leaving a
 * loop over it early does not end the run; an `AbortSignal` or disposal does.
 */
export class Fit implements PromiseLike<History>, AsyncIterable<TrainEvent> {
  readonly #history: Promise<History>;
  readonly #events: TrainEvent[] = [];
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
        this.#events.push(event);
        this.#wake();
      });
    } finally {
      this.#settled = true;
      this.#wake();
    }
  }

  /** As of a promise: `await fit` gives the history. */
  then<A = History, B = never>(
    onFulfilled?: ((history: History) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#history.then(onFulfilled, onRejected);
  }

  /** As of a promise. */
  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<History | B> {
    return this.#history.catch(onRejected);
  }

  /** As of a promise. */
  finally(onFinally?: (() => void) | null): Promise<History> {
    return this.#history.finally(onFinally);
  }

  /** Every event from the first on, then the run's error if it failed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TrainEvent, History> {
    this.#history.catch(() => undefined); // told below, when the loop gets there
    for (let next = 0; ;) {
      const event = this.#events[next];
      if (event !== undefined) {
        next++;
        yield event;
      } else if (this.#settled) {
        return await this.#history;
      } else {
        await new Promise<void>((resolve) => this.#listeners.add(resolve));
      }
    }
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

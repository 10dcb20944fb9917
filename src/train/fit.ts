/** What `trainer.fit` returns: a promise of the history that can also be iterated for events. */
import type { TrainEvent } from './events.js';
import type { History } from './history.js';

/**
 * A training run under way: `await` it for its history, or iterate it for typed events. Leaving a
 * loop over it early does not end the run; an `AbortSignal` or disposal does.
 */
export class Fit implements PromiseLike<History>, AsyncIterable<TrainEvent> {
  readonly #history: Promise<History>;
  #events: TrainEvent[] = [];
  /** Loops under way, which count the events. */
  #loops = 0;
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
        if (event.type === 'epoch' && this.#loops === 0) this.#forgetProgress();
        this.#wake();
      });
    } finally {
      this.#settled = true;
      this.#wake();
    }
  }

  /** Long runs send without end what nobody may ever read. */
  #forgetProgress(): void {
    this.#events = this.#events.filter(({ type }) => type !== 'progress');
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

  /**
   * Every event from the first on, then the run's error if it failed. Of epochs that ended while no
   * loop ran, the progress is left out.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<TrainEvent, History> {
    this.#history.catch(() => undefined); // told below, when the loop gets there
    this.#loops++;
    try {
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
    } finally {
      this.#loops--;
    }
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}

/** Who is told of a run: its caller, its onEvent, its callbacks. */
import {
  callHooks,
  callHooksAtOnce,
  flushCallbacks,
  rollbackCallbacks,
} from '../../run/callback-set.js';
import { ThalwegError } from '../../errors.js';
import { Control } from './control.js';
import type { TrainEvent } from '../../run/events.js';
import type { FitPlan } from './plan.js';
import type { RunContext } from '../../run/context.js';

/** The listeners of one run, and what they throw. */
export class Listeners {
  /** What callbacks are given of the run. */
  readonly control: Control;
  readonly #context: RunContext;
  readonly #plan: FitPlan;
  readonly #emit: (event: TrainEvent) => void;
  /** What was thrown while nobody could catch it. */
  #error: { readonly error: unknown } | undefined;
  #isOver = false;

  constructor(context: RunContext, plan: FitPlan, emit: (event: TrainEvent) => void) {
    this.#context = context;
    this.#plan = plan;
    this.#emit = emit;
    this.control = new Control(context, (warning) => {
      this.tellAtOnce(warning);
    });
  }

  /** Whether one of them has thrown. */
  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  /** Tells all but the callbacks. */
  send(event: TrainEvent): void {
    this.#emit(event);
    this.#watch(this.#plan.onEvent?.(event));
  }

  /** Tells of an event, and waits for the callbacks. */
  async tell(event: TrainEvent): Promise<void> {
    this.send(event);
    await this.#open(() => callHooks(this.#plan.callbacks, event, this.control));
  }

  /** Tells of one that nothing waits for. */
  tellAtOnce(event: TrainEvent): void {
    this.send(event);
    callHooksAtOnce(this.#plan.callbacks, event, this.control, (told) => {
      this.#watch(told);
    });
  }

  /** Tells the callbacks that the run went back. */
  async tellOfRollback(): Promise<void> {
    await this.#open(() => rollbackCallbacks(this.#plan.callbacks, this.control));
  }

  /** Hooks may read the trainer. What an abort of the run cut short in one is no failure of it. */
  async #open(hooks: () => Promise<void>): Promise<void> {
    const { signal } = this.#plan;
    try {
      await this.#context.open(hooks);
    } catch (error) {
      const isCut = error instanceof ThalwegError && error.code === 'ABORTED';
      if (!(isCut && signal?.aborted === true)) throw error;
    }
  }

  /** Waits until what the callbacks were told is where it shall stay, or throws. */
  async flush(): Promise<void> {
    const flush = () => flushCallbacks(this.#plan.callbacks);
    const isBusy = this.control.isTraining || this.control.isValidating;
    await (isBusy ? flush() : this.#context.open(flush));
  }

  /** The same where an error is thrown elsewhere. */
  async settle(): Promise<void> {
    await this.flush().catch(() => undefined);
  }

  /** Runs their code where an error has nowhere to go: it ends the run, and is thrown then. */
  guard(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Of an asynchronous listener that nothing waits for: what it throws ends the run, too. */
  #watch(told: unknown): void {
    if (typeof (told as PromiseLike<unknown> | undefined | null)?.then !== 'function') return;
    Promise.resolve(told).catch((error: unknown) => {
      if (this.#error !== undefined) return; // the run tells of the first
      if (this.#isOver) throw error; // nobody but the process can be told any more
      this.#fail(error);
    });
  }

  #fail(error: unknown): void {
    this.#error ??= { error };
    this.#context.native.cancel();
  }

  /** Throws what one of them threw. */
  throwError(): void {
    if (this.#error !== undefined) throw this.#error.error;
  }

  /** The run is over: what is thrown from here on is left to the process. */
  leave(): void {
    this.#isOver = true;
  }
}

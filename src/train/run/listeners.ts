/** The listeners of a run: loops over its events, its `onEvent`, and its callbacks. */
import {
  callHooks,
  callHooksAtOnce,
  flushCallbacks,
  rollbackCallbacks,
} from '../../run/callback-set.js';
import { ThalwegError } from '../../errors.js';
import { describe } from '../../options.js';
import { isThenable } from '../../promises.js';
import { Control } from './control.js';
import type { TrainEvent } from '../../run/events.js';
import type { FitPlan } from './plan.js';
import type { RunContext } from '../../run/context.js';

/** Reports an error after the end of the run as a warning, because it must not end the program's later work. */
function warnProcess(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : describe(error);
  process.emitWarning(`a listener failed after its run was over: ${text}`, 'ThalwegWarning');
}

/** Calls the listeners of one run, and keeps their first error. */
export class Listeners {
  /** The control of the run that callbacks get. */
  readonly control: Control;
  readonly #context: RunContext;
  readonly #plan: FitPlan;
  readonly #emit: (event: TrainEvent) => void;
  /** The first error of a listener that nothing awaits. */
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

  /** True after a listener has thrown. */
  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  /** Sends an event to loops and `onEvent`. Returns a promise of the end of an asynchronous `onEvent`. */
  send(event: TrainEvent): Promise<void> | undefined {
    this.#emit(event);
    return this.#watch(this.#plan.onEvent?.(event));
  }

  /** Sends an event to all listeners, and awaits the callbacks. At the end it also awaits `onEvent`. */
  async tell(event: TrainEvent): Promise<void> {
    const heard = this.send(event);
    await this.#open(() => callHooks(this.#plan.callbacks, event, this.control));
    if (event.type === 'end') await heard;
  }

  /** Sends an event to all listeners, and awaits none. */
  tellAtOnce(event: TrainEvent): void {
    void this.send(event);
    callHooksAtOnce(this.#plan.callbacks, event, this.control, (told) => {
      void this.#watch(told);
    });
  }

  /** Calls the callbacks after the run went back to a checkpoint. */
  async tellOfRollback(): Promise<void> {
    await this.#open(() => rollbackCallbacks(this.#plan.callbacks, this.control));
  }

  /** Calls hooks, which may read the trainer. After an abort of the run, ABORTED from a hook is no failure. */
  async #open(hooks: () => Promise<void>): Promise<void> {
    const { signal } = this.#plan;
    try {
      await this.#context.open(hooks);
    } catch (error) {
      const isCut = error instanceof ThalwegError && error.code === 'ABORTED';
      if (!(isCut && signal?.aborted === true)) throw error;
    }
  }

  /** Waits until the callbacks have stored safely what they wrote; throws the first error. */
  async flush(): Promise<void> {
    const flush = () => flushCallbacks(this.#plan.callbacks);
    const isBusy = this.control.isTraining || this.control.isValidating;
    await (isBusy ? flush() : this.#context.open(flush));
  }

  /** Waits as {@link Listeners.flush} does, but throws no error. */
  async settle(): Promise<void> {
    await this.flush().catch(() => undefined);
  }

  /** Runs code of listeners that nothing awaits. An error ends the run, which then throws it. */
  guard(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Watches an asynchronous listener that nothing awaits. An error of it ends the run too. */
  #watch(told: unknown): Promise<void> | undefined {
    if (!isThenable(told)) return undefined;
    return Promise.resolve(told).then(
      () => undefined,
      (error: unknown) => {
        if (this.#error !== undefined) return; // the run throws the first error
        if (this.#isOver) warnProcess(error);
        else this.#fail(error);
      },
    );
  }

  #fail(error: unknown): void {
    this.#error ??= { error };
    this.#context.native.cancel();
  }

  /** Throws the first error of a listener, if there is one. */
  throwError(): void {
    if (this.#error !== undefined) throw this.#error.error;
  }

  /** Marks the end of the run: later errors become warnings of the process. */
  leave(): void {
    this.#isOver = true;
  }
}

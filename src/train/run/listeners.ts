/** Who is told of a run: its caller, its onEvent, its callbacks. */
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

/** Tells of an error that comes when nobody waits for it any more. It must not end what came after the run. */
function warnProcess(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : describe(error);
  process.emitWarning(`a listener failed after its run was over: ${text}`, 'ThalwegWarning');
}

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

  /** Tells all but the callbacks; gives what is settled once the caller's listener has heard it. */
  send(event: TrainEvent): Promise<void> | undefined {
    this.#emit(event);
    return this.#watch(this.#plan.onEvent?.(event));
  }

  /** Tells of an event, and waits for the callbacks; at the end for the caller's listener as well. */
  async tell(event: TrainEvent): Promise<void> {
    const heard = this.send(event);
    await this.#open(() => callHooks(this.#plan.callbacks, event, this.control));
    if (event.type === 'end') await heard;
  }

  /** Tells of one that nothing waits for. */
  tellAtOnce(event: TrainEvent): void {
    void this.send(event);
    callHooksAtOnce(this.#plan.callbacks, event, this.control, (told) => {
      void this.#watch(told);
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

  /** Waits as {@link Listeners.flush} does, and throws nothing: an error is on its way already. */
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

  /** Watches an asynchronous listener that nothing waits for: what it throws ends the run, too. */
  #watch(told: unknown): Promise<void> | undefined {
    if (!isThenable(told)) return undefined;
    return Promise.resolve(told).then(
      () => undefined,
      (error: unknown) => {
        if (this.#error !== undefined) return; // the run tells of the first
        if (this.#isOver) warnProcess(error);
        else this.#fail(error);
      },
    );
  }

  #fail(error: unknown): void {
    this.#error ??= { error };
    this.#context.native.cancel();
  }

  /** Throws what one of them threw. */
  throwError(): void {
    if (this.#error !== undefined) throw this.#error.error;
  }

  /** The run is over: what is thrown from here on is a warning of the process. */
  leave(): void {
    this.#isOver = true;
  }
}

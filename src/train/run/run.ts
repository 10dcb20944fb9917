/** Runs one call of fit: its epochs, its events and its end. */
import type { Moment } from '../../checkpoint/moment.js';
import { identify } from '../../checkpoint/resumed.js';
import { RunCheckpoints } from '../../checkpoint/run-checkpoints.js';
import type { Dataset } from '../../data/dataset.js';
import { ThalwegError } from '../../errors.js';
import { useCallbacks } from '../../run/callback-set.js';
import type { RunContext } from '../../run/context.js';
import type { TrainEvent } from '../../run/events.js';
import type { EndReason, EpochRecord, History, WeightedEvaluation } from '../../run/history.js';
import type { EpochUnderWay } from '../../run/saved-run.js';
import { type EvaluationPlan, evaluate } from '../evaluation.js';
import { onAbort } from '../../abort.js';
import { doubtsAfter, doubtsBefore } from './doubts.js';
import { EpochLoop, unlessAborted } from './epoch.js';
import { Listeners } from './listeners.js';
import { Monitor } from './monitor.js';
import type { FitPlan } from './plan.js';
import { epochRecord, startEvent } from './reports.js';
import { stallIn } from './stall.js';
import { RunState } from './state.js';

/**
 * Runs a plan once. It computes the fingerprints of the data for checkpoints first, because the data may be
 * disposed of during the run.
 */
export async function runTraining(
  context: RunContext,
  plan: FitPlan,
  emit: (event: TrainEvent) => void,
): Promise<History> {
  const { dataset, validation, checkpoint, callbacks } = plan;
  const leave = useCallbacks(callbacks);
  try {
    if (checkpoint !== undefined || context.record.resumed !== undefined)
      for (const each of [dataset, validation]) if (each !== undefined) await identify(each);
    return await new TrainingRun(context, plan, emit).run();
  } finally {
    leave();
  }
}

/** Runs a {@link FitPlan} once. */
class TrainingRun {
  readonly #context: RunContext;
  readonly #plan: FitPlan;
  readonly #state: RunState;
  readonly #listeners: Listeners;
  readonly #monitor: Monitor;
  readonly #loop: EpochLoop;
  #checkpoints: RunCheckpoints | undefined;
  /** True after an abort cut a validation short. */
  #isCut = false;

  constructor(context: RunContext, plan: FitPlan, emit: (event: TrainEvent) => void) {
    this.#context = context;
    this.#plan = plan;
    this.#state = new RunState(context, plan);
    this.#monitor = new Monitor(context.model, context.settings);
    this.#listeners = new Listeners(context, plan, emit);
    this.#loop = new EpochLoop({
      context,
      plan,
      state: this.#state,
      listeners: this.#listeners,
      monitor: this.#monitor,
      isStopped: () => this.#isStopped(),
      keep: (underWay) => this.#checkpoints?.write(() => this.#moment(underWay)),
    });
  }

  /** Runs until the end, an abort, or the first error. */
  async run(): Promise<History> {
    const { checkpoint } = this.#plan;
    if (checkpoint !== undefined)
      this.#checkpoints = await RunCheckpoints.open(checkpoint, this.#context, {
        written: (written) => {
          this.#listeners.guard(() => {
            void this.#listeners.send({ type: 'checkpoint', ...written });
          });
        },
        failed: (error) => {
          this.#listeners.guard(() => {
            this.#warnOfCheckpoint(error);
          });
        },
        stop: () => {
          this.#context.native.cancel();
        },
        flush: () => this.#listeners.flush(),
      });
    let hasFailed = true;
    try {
      this.#resume();
      const history = await this.#run();
      hasFailed = false;
      const last = this.#checkpoints?.last;
      return { ...history, ...(last !== undefined && { checkpoint: last }) };
    } finally {
      this.#listeners.leave();
      await this.#context.open(async () => {
        await this.#checkpoints?.settle(); // a failed write sends a warning
        await this.#listeners.settle();
      });
      await this.#checkpoints?.close(hasFailed);
    }
  }

  async #run(): Promise<History> {
    const { signal, epochs } = this.#plan;
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    const forget = onAbort(signal, () => {
      this.#context.native.cancel();
    });
    try {
      await this.#listeners.tell(startEvent(this.#context, this.#plan, this.#state));
      for (const warning of doubtsBefore(this.#context, this.#plan))
        this.#listeners.control.warn(warning);
      await this.#keepFirst();
      while (this.#state.epochs.length < epochs && !this.#isStopped()) {
        const record = await this.#epochOrBack();
        if (record === undefined) break;
        this.#state.epochs.push(record);
        await this.#listeners.tell({ type: 'epoch', ...record });
        this.#warn();
        for (const warning of this.#monitor.warnings(record.layers))
          this.#listeners.control.warn(warning);
        if (!this.#isCut) await this.#checkpoints?.epochEnded(this.#moment());
      }
    } finally {
      forget();
    }
    const settle = async () => this.#checkpoints?.settle();
    await this.#context.open(settle); // events of checkpoints come before the last event
    this.#listeners.throwError();
    const end = { reason: this.#reason(), ...this.#stopReason() };
    try {
      await this.#listeners.tell({ type: 'end', ...end, seconds: seconds() });
    } finally {
      await this.#keepLast();
    }
    await this.#listeners.flush();
    this.#listeners.leave();
    this.#listeners.throwError();
    const { steps } = this.#context.record;
    return { epochs: this.#state.epochs, ...end, steps, seconds: seconds() };
  }

  /** Continues the run of the checkpoint from which the trainer was resumed, if there is one. */
  #resume(): void {
    const run = this.#state.resume();
    if (run === undefined) return;
    this.#listeners.control.restore(run);
    if (this.#plan.monitorEvery > 0) this.#monitor.restore(run.monitor);
  }

  #moment(underWay?: EpochUnderWay): Moment {
    const monitor = this.#plan.monitorEvery > 0 ? { monitor: this.#monitor.state() } : {};
    const { warned } = this.#listeners.control;
    return this.#state.moment({ ...monitor, warned, ...this.#stopReason() }, underWay);
  }

  /** Writes a first checkpoint of this run to which it can go back, where option `rollback` needs one. */
  async #keepFirst(): Promise<void> {
    const checkpoints = this.#checkpoints;
    if (checkpoints?.rollback !== undefined && !checkpoints.isBegun) await this.#writeNow();
  }

  async #keepLast(): Promise<void> {
    // Where a validation was cut short, the run has already written the state before the validation.
    if (this.#context.isLive() && !this.#isCut) await this.#writeNow();
  }

  /** Writes the present state after all logs. A log that fails does not stop the checkpoint. */
  async #writeNow(): Promise<void> {
    await this.#listeners.settle();
    await this.#checkpoints?.writeLast(this.#moment());
  }

  /** Trains an epoch. After NONFINITE it goes back to a checkpoint and tries again, as often as allowed. */
  async #epochOrBack(): Promise<EpochRecord | undefined> {
    for (;;) {
      try {
        return await this.#epoch();
      } catch (error) {
        await this.#goBack(error);
      }
    }
  }

  /** Goes back to the last checkpoint and lowers the rate; throws the error where that is not allowed. */
  async #goBack(error: unknown): Promise<void> {
    const checkpoints = this.#checkpoints;
    const rollback = checkpoints?.rollback;
    const isNonFinite = error instanceof ThalwegError && error.code === 'NONFINITE';
    const isAllowed = isNonFinite && this.#state.rollbacks < (rollback?.times ?? 0);
    if (checkpoints === undefined || rollback === undefined || !isAllowed) throw error;
    const rollbacks = this.#state.rollbacks + 1;
    // The scale must not underflow to 0.
    const rateScale = Math.max(this.#state.rateScale * rollback.rateFactor, Number.MIN_VALUE);
    await checkpoints.goBack(error);
    this.#resume();
    this.#state.rollbacks = rollbacks;
    this.#state.rateScale = rateScale;
    await this.#listeners.tellOfRollback();
    this.#listeners.tellAtOnce({
      type: 'warning',
      code: 'ROLLBACK',
      epoch: this.#context.record.history.length,
      message: `${error.message}: back to step ${this.#context.record.steps}, with ${rateScale} of the learning rate`,
      remedy: 'lower the learning rate, or clip the gradient',
    });
  }

  #warnOfCheckpoint(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const remedy = 'the run goes on, and tries again at the next occasion';
    this.#listeners.control.warnEachTime({ code: 'CHECKPOINT', message, remedy });
  }

  #reason(): EndReason {
    if (this.#state.epochs.length >= this.#plan.epochs && !this.#isCut) return 'completed';
    return this.#isAborted() || this.#listeners.control.stopReason === undefined
      ? 'aborted'
      : 'stopped';
  }

  #stopReason(): { readonly stopReason?: string } {
    const { stopReason } = this.#listeners.control;
    return this.#reason() === 'stopped' && stopReason !== undefined ? { stopReason } : {};
  }

  /** Returns true where the run must end at once: after an abort, a disposal, a signal or a listener's error. */
  #isAborted(): boolean {
    const isStopping = this.#checkpoints?.isStopping === true || this.#listeners.hasFailed;
    return !this.#context.isLive() || this.#plan.signal?.aborted === true || isStopping;
  }

  /** Returns true where the run must end at once, or a callback has stopped it. */
  #isStopped(): boolean {
    return this.#isAborted() || this.#listeners.control.stopReason !== undefined;
  }

  /** Trains and validates one epoch; undefined where it was aborted. */
  async #epoch(): Promise<EpochRecord | undefined> {
    const { record, loss } = this.#context;
    const { validation, validationWeights, wanted } = this.#plan;
    const start = performance.now() - 1000 * (this.#state.underWay?.seconds ?? 0);
    const { done, rateOf } = await this.#loop.train(start, this.#checkpoints?.request);
    if (done === undefined || done.cancelled) return undefined;
    const seconds = (performance.now() - start) / 1000;
    const weights = record.averaged > 0 ? validationWeights : 'raw';
    const evaluation =
      validation && !this.#isAborted()
        ? await this.#validate(validation, { loss, wanted, weights })
        : undefined;
    this.#isCut = validation !== undefined && evaluation === undefined;
    if (this.#isCut && this.#context.isLive()) await this.#writeNow();
    this.#state.underWay = undefined;
    const epoch = epochRecord(this.#context, done, {
      seconds,
      evaluation,
      learningRate: rateOf(done),
      monitor: this.#monitor,
    });
    record.history.push(epoch);
    for (const warning of doubtsAfter(done)) this.#listeners.control.warn(warning);
    return epoch;
  }

  /** Evaluates the validation set; undefined where the evaluation was cut short. */
  async #validate(dataset: Dataset, plan: EvaluationPlan): Promise<WeightedEvaluation | undefined> {
    const { control } = this.#listeners;
    control.isValidating = true;
    try {
      return await unlessAborted(evaluate(this.#context.native, dataset, plan));
    } finally {
      control.isValidating = false;
    }
  }

  /** Warns where the learning rate no longer changes the loss. */
  #warn(): void {
    const [before, last] = this.#state.epochs.slice(-2);
    if (before === undefined || last === undefined) return;
    const { epochs } = this.#plan;
    const remaining = epochs - this.#state.epochs.length;
    const { highestRate, highestLately } = this.#state;
    const warning = stallIn([before, last], { highestRate, highestLately, remaining, epochs });
    if (warning !== undefined) this.#listeners.control.warn(warning);
  }
}

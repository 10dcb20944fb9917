/** One call of fit: its epochs, its events, its end. */
import { ExponentialAverage } from '../average/exponential.js';
import { callHooks, callHooksAtOnce } from '../callbacks/set.js';
import { nativeDataset } from '../data/dataset.js';
import { explain } from '../device.js';
import { ThalwegError } from '../errors.js';
import type { NativeTrainer, NativeTrainProgress } from '../native.js';
import type { StepSettings } from '../optim/settings.js';
import { evaluate, toEvaluation } from './evaluation.js';
import type { TrainEvent } from './events.js';
import type { EndReason, EpochRecord, Evaluation, History } from './history.js';
import type { Position } from '../schedule/position.js';
import type { Batches, FitPlan, Task } from './options.js';
import { Control } from './control.js';
import { RecentLoss } from './recent-loss.js';
import { stallIn } from './stall.js';

/** What a trainer shares with its runs. */
export interface RunContext extends Task {
  readonly native: NativeTrainer;
  readonly settings: StepSettings;
  readonly device: string;
  /** Over all runs; this one adds to it. */
  readonly record: TrainingRecord;
  /** False once the trainer was disposed of. */
  readonly isLive: () => boolean;
}

/** What a trainer has done so far. */
export interface TrainingRecord {
  steps: number;
  readonly history: EpochRecord[];
  /** Of the history's losses; those that are not finite left out. */
  readonly smoothedLoss: ExponentialAverage;
}

/** That of a trainer that has done nothing. */
export function newRecord(): TrainingRecord {
  return { steps: 0, history: [], smoothedLoss: new ExponentialAverage({ beta: 0.9 }) };
}

/** The learning rate of a step's group 0, from what native code reports. */
type RateOf = (progress: NativeTrainProgress) => number;

/** Runs a {@link FitPlan} once. */
export class TrainingRun {
  readonly #context: RunContext;
  readonly #plan: FitPlan;
  readonly #send: (event: TrainEvent) => void;
  readonly #recentLoss = new RecentLoss();
  readonly #epochs: EpochRecord[] = [];
  /** Of the epoch under way, or the first. */
  #batches: Batches;
  #highestRate = 0;
  readonly #control: Control;
  /** Whether an abort cut a validation short. */
  #isCut = false;

  constructor(context: RunContext, plan: FitPlan, emit: (event: TrainEvent) => void) {
    this.#context = context;
    this.#plan = plan;
    this.#send = (event) => {
      emit(event);
      plan.onEvent?.(event);
    };
    this.#batches = plan.batches(this.#position());
    this.#control = new Control(context, (warning) => {
      this.#send(warning);
      callHooksAtOnce(plan.callbacks, warning, this.#control);
    });
  }

  /** Tells of an event, and waits for the callbacks. */
  async #tell(event: TrainEvent): Promise<void> {
    this.#send(event);
    await callHooks(this.#plan.callbacks, event, this.#control);
  }

  /** The point of the run after `steps` further ones. */
  #position(steps = 0): Position {
    const { record } = this.#context;
    return { step: record.steps + steps, epoch: record.history.length, history: record.history };
  }

  /** To the end, an abort, or the first error. */
  async run(): Promise<History> {
    const { signal, epochs } = this.#plan;
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    const onAbort = (): void => {
      this.#context.native.cancel();
    };
    signal?.addEventListener('abort', onAbort);
    try {
      await this.#tell(this.#startEvent());
      while (this.#epochs.length < epochs && !this.#isStopped()) {
        const record = await this.#epoch();
        if (record === undefined) break;
        this.#epochs.push(record);
        await this.#tell({ type: 'epoch', ...record });
        this.#warn();
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    const end = { reason: this.#reason(), ...this.#stopReason() };
    await this.#tell({ type: 'end', ...end, seconds: seconds() });
    const { steps } = this.#context.record;
    return { epochs: this.#epochs, ...end, steps, seconds: seconds() };
  }

  #reason(): EndReason {
    if (this.#epochs.length === this.#plan.epochs && !this.#isCut) return 'completed';
    return this.#isAborted() || this.#control.stopReason === undefined ? 'aborted' : 'stopped';
  }

  #stopReason(): { readonly stopReason?: string } {
    const { stopReason } = this.#control;
    return this.#reason() === 'stopped' && stopReason !== undefined ? { stopReason } : {};
  }

  /** Whether the caller wants the run to end at once. */
  #isAborted(): boolean {
    return !this.#context.isLive() || this.#plan.signal?.aborted === true;
  }

  /** The same, or a callback does. */
  #isStopped(): boolean {
    return this.#isAborted() || this.#control.stopReason !== undefined;
  }

  /** One epoch; undefined when it was aborted. */
  async #epoch(): Promise<EpochRecord | undefined> {
    const { native, record, loss } = this.#context;
    const { validation, wanted } = this.#plan;
    const start = performance.now();
    const { done, rateOf } = await this.#train(start);
    if (done === undefined || done.cancelled) return undefined;
    const seconds = (performance.now() - start) / 1000;
    const evaluation =
      validation && !this.#isAborted()
        ? await unlessAborted(evaluate(native, validation, { loss, wanted }))
        : undefined;
    this.#isCut = validation !== undefined && evaluation === undefined;
    const epoch = this.#epochRecord(done, { seconds, evaluation, learningRate: rateOf(done) });
    record.history.push(epoch);
    return epoch;
  }

  /** The native loop over one epoch. A listener's error cancels it and is thrown here. */
  async #train(start: number): Promise<{ done: NativeTrainProgress | undefined; rateOf: RateOf }> {
    const { native, settings, record, isLive } = this.#context;
    const { dataset, batches, shuffle, dropLast } = this.#plan;
    this.#batches = batches(this.#position());
    const { batchSize, steps } = this.#batches;
    const rates = settings.table(steps, (step) => this.#position(step));
    const epoch = record.history.length;
    this.#highestRate = rates.base.reduce((a, b) => Math.max(a, b), this.#highestRate);
    this.#recentLoss.startEpoch();
    const rateOf: RateOf = (progress) => rates.base[Math.max(progress.steps, 1) - 1]!;
    // The caller's schedules have run: they may have ended it.
    if (this.#isStopped()) return { done: undefined, rateOf };
    let listenerError: { readonly error: unknown } | undefined;
    const job = native.train(
      {
        ...{ dataset: nativeDataset(dataset), epoch, batchSize, shuffle, dropLast },
        ...{ settings: settings.values, columns: settings.columns, rates: rates.values },
      },
      (progress) => {
        if (!isLive()) return; // sent before a listener disposed of the trainer
        try {
          const event = this.#progressEvent(progress, rateOf(progress), start);
          this.#send(event);
          callHooksAtOnce(this.#plan.callbacks, event, this.#control);
        } catch (error) {
          listenerError ??= { error };
          native.cancel();
        }
      },
    );
    this.#control.isTraining = true;
    const done = await unlessAborted(job).finally(() => {
      this.#control.isTraining = false;
      // Also after a failure: the steps before it were taken.
      if (isLive()) record.steps = native.stepCount();
    });
    if (listenerError !== undefined) throw listenerError.error;
    return { done, rateOf };
  }

  #epochRecord(
    done: NativeTrainProgress,
    outcome: { seconds: number; evaluation: Evaluation | undefined; learningRate: number },
  ): EpochRecord {
    const { loss, record } = this.#context;
    const { seconds, evaluation, learningRate } = outcome;
    const training = toEvaluation(done, loss);
    if (Number.isFinite(training.loss)) record.smoothedLoss.push(training.loss);
    return {
      epoch: record.history.length,
      ...training,
      smoothedLoss: record.smoothedLoss.value,
      ...(evaluation && { validation: evaluation }),
      seconds,
      examplesPerSecond: done.examples / seconds,
      learningRate,
      ...(Number.isNaN(done.gradientNorm) ? {} : { gradientNorm: done.gradientNorm }),
      skippedSteps: done.skipped,
    };
  }

  #startEvent(): TrainEvent {
    const { device, model } = this.#context;
    const { epochs, dataset } = this.#plan;
    return {
      type: 'start',
      epochs,
      stepsPerEpoch: this.#batches.steps,
      examples: dataset.length,
      device,
      isa: explain(device).isa,
      parameters: model.parameterCount,
    };
  }

  #progressEvent(progress: NativeTrainProgress, learningRate: number, start: number): TrainEvent {
    const { record, loss } = this.#context;
    const recentLoss = this.#recentLoss.push(progress);
    return {
      type: 'progress',
      epoch: record.history.length,
      step: record.steps + progress.steps,
      stepInEpoch: progress.steps + progress.skipped,
      skippedSteps: progress.skipped,
      stepsPerEpoch: this.#batches.steps,
      batchSize: this.#batches.batchSize,
      ...toEvaluation(progress, loss),
      ...(recentLoss !== undefined && { smoothedLoss: recentLoss }),
      ...(Number.isNaN(progress.gradientNorm) ? {} : { gradientNorm: progress.gradientNorm }),
      learningRate,
      examplesPerSecond: (progress.examples * 1000) / (performance.now() - start),
    };
  }

  /** Warns where its rate no longer moves the loss. */
  #warn(): void {
    const [before, last] = this.#epochs.slice(-2);
    if (before === undefined || last === undefined) return;
    const { epochs } = this.#plan;
    const remaining = epochs - this.#epochs.length;
    const highestRate = this.#highestRate;
    const warning = stallIn([before, last], { highestRate, remaining, epochs });
    if (warning !== undefined) this.#control.warn(warning);
  }
}

/** The job's value, or undefined where an abort or disposal ended it. */
async function unlessAborted<T>(job: Promise<T>): Promise<T | undefined> {
  try {
    return await job;
  } catch (error) {
    if (error instanceof ThalwegError && error.code === 'ABORTED') return undefined;
    throw error;
  }
}

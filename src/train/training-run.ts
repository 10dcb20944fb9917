/** One call of fit: its epochs, its events, its end. */
import { callHooks, callHooksAtOnce, restoreCallbacks, saveCallbacks } from '../callbacks/set.js';
import {
  type FitIdentity,
  checkBatchSize,
  checkResumed,
  fingerprint,
} from '../checkpoint/resumed.js';
import { RunCheckpoints } from '../checkpoint/run-checkpoints.js';
import type { EpochUnderWay } from '../checkpoint/state.js';
import type { Moment, Subject } from '../checkpoint/subject.js';
import { nativeDataset } from '../data/dataset.js';
import { Sampling } from '../data/sampling.js';
import { explain } from '../device.js';
import { ThalwegError } from '../errors.js';
import type { NativeTrainProgress } from '../native.js';
import type { StepSettings } from '../optim/settings.js';
import { evaluate, toEvaluation } from './evaluation.js';
import type { TrainEvent, WarningEvent } from './events.js';
import type { EndReason, EpochRecord, History, WeightedEvaluation } from './history.js';
import type { Position } from '../schedule/position.js';
import type { Batches, FitPlan, Task } from './options.js';
import { Control } from './control.js';
import { Monitor } from './monitor.js';
import { RecentLoss } from './recent-loss.js';
import type { TrainingRecord } from './record.js';
import { stallIn } from './stall.js';

/** What a trainer shares with its runs. */
export interface RunContext extends Task, Subject {
  readonly settings: StepSettings;
  /** Over all runs; this one adds to it. */
  readonly record: TrainingRecord;
  /** False once the trainer was disposed of. */
  readonly isLive: () => boolean;
}

/** The learning rate of a step's group 0, from what native code reports. */
type RateOf = (progress: NativeTrainProgress) => number;

/** Runs a {@link FitPlan} once. */
export class TrainingRun {
  readonly #context: RunContext;
  readonly #plan: FitPlan;
  readonly #send: (event: TrainEvent) => void;
  readonly #recentLoss = new RecentLoss();
  /** Those of the run that have ended; of a resumed one also from before. */
  readonly #epochs: EpochRecord[] = [];
  #firstEpoch: number;
  /** Of the epoch under way, or the first. */
  #batches: Batches;
  /** What was done of the next epoch before its native loop begins; all of it while it is validated. */
  #underWay: EpochUnderWay | undefined;
  #highestRate = 0;
  #rateScale = 1;
  #rollbacks = 0;
  #checkpoints: RunCheckpoints | undefined;
  /** What a listener threw while nobody could catch it. */
  #listenerError: { readonly error: unknown } | undefined;
  readonly #control: Control;
  readonly #monitor: Monitor;
  /** Whether an abort cut a validation short. */
  #isCut = false;

  constructor(context: RunContext, plan: FitPlan, emit: (event: TrainEvent) => void) {
    this.#context = context;
    this.#plan = plan;
    this.#send = (event) => {
      emit(event);
      plan.onEvent?.(event);
    };
    const resumed = context.record.resumed?.run;
    if (resumed !== undefined) checkResumed(resumed, this.#identity());
    this.#firstEpoch = resumed?.firstEpoch ?? context.record.history.length;
    this.#underWay = resumed?.underWay;
    this.#batches = plan.batches(this.#position());
    if (resumed !== undefined) checkBatchSize(resumed, this.#batches.batchSize);
    this.#monitor = new Monitor(context.model);
    this.#control = new Control(context, (warning) => {
      this.#sendWarning(warning);
    });
  }

  /** Tells of an event, and waits for the callbacks. */
  async #tell(event: TrainEvent): Promise<void> {
    this.#send(event);
    await callHooks(this.#plan.callbacks, event, this.#control);
  }

  /** Steps of the trainer when the epoch began. */
  #epochStart(): number {
    return this.#context.record.steps - (this.#underWay?.progress.steps ?? 0);
  }

  /** The point of the run `steps` after the beginning of the epoch. */
  #position(steps = 0): Position {
    const { history } = this.#context.record;
    return { step: this.#epochStart() + steps, epoch: history.length, history };
  }

  #identity(): FitIdentity {
    const { dataset, validation, sampling, shuffle, dropLast } = this.#plan;
    return {
      dataset: fingerprint(dataset),
      validation: validation && fingerprint(validation),
      sampling: sampling?.fingerprint,
      ...{ shuffle, dropLast },
    };
  }

  /** To the end, an abort, or the first error. */
  async run(): Promise<History> {
    const { checkpoint } = this.#plan;
    if (checkpoint !== undefined)
      this.#checkpoints = await RunCheckpoints.open(checkpoint, this.#context, {
        written: (written) => {
          this.#guard(() => {
            this.#send({ type: 'checkpoint', ...written });
          });
        },
        failed: (error) => {
          this.#guard(() => {
            this.#warnOfCheckpoint(error);
          });
        },
        stop: () => {
          this.#context.native.cancel();
        },
      });
    try {
      this.#takeUp();
      const history = await this.#run();
      const last = this.#checkpoints?.last;
      return { ...history, ...(last !== undefined && { checkpoint: last }) };
    } finally {
      await this.#checkpoints?.close();
    }
  }

  async #run(): Promise<History> {
    const { signal, epochs } = this.#plan;
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    const onAbort = (): void => {
      this.#context.native.cancel();
    };
    signal?.addEventListener('abort', onAbort);
    try {
      await this.#tell(this.#startEvent());
      await this.#keepFirst();
      while (this.#epochs.length < epochs && !this.#isStopped()) {
        const record = await this.#epochOrBack();
        if (record === undefined) break;
        this.#epochs.push(record);
        await this.#tell({ type: 'epoch', ...record });
        this.#warn();
        for (const warning of this.#monitor.warnings(record.layers)) this.#control.warn(warning);
        if (!this.#isCut) await this.#checkpoints?.epochEnded(this.#moment());
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    const end = { reason: this.#reason(), ...this.#stopReason() };
    await this.#tell({ type: 'end', ...end, seconds: seconds() });
    await this.#keepLast();
    const { steps } = this.#context.record;
    return { epochs: this.#epochs, ...end, steps, seconds: seconds() };
  }

  /** Goes on with the run that the trainer was resumed to. */
  #takeUp(): void {
    const { record } = this.#context;
    const { resumed } = record;
    this.#context.settings.rateScale = 1;
    if (resumed === undefined) return;
    const { run, callbacks } = resumed;
    restoreCallbacks(this.#plan.callbacks, callbacks);
    record.resumed = undefined;
    this.#firstEpoch = run.firstEpoch;
    this.#epochs.splice(0, Infinity, ...record.history.slice(run.firstEpoch));
    this.#highestRate = run.highestRate;
    this.#rateScale = this.#context.settings.rateScale = run.rateScale;
    this.#rollbacks = run.rollbacks;
    this.#underWay = run.underWay;
    if (run.underWay !== undefined) this.#recentLoss.restore(run.underWay.recentLoss);
    this.#control.stopReason = run.stopReason;
  }

  /** The run as a checkpoint keeps it. */
  #moment(underWay = this.#underWay): Moment {
    const { epochs, callbacks } = this.#plan;
    const { validation, sampling, ...identity } = this.#identity();
    return {
      run: {
        ...{ firstEpoch: this.#firstEpoch, epochs, ...identity },
        ...(validation !== undefined && { validation }),
        ...(sampling !== undefined && { sampling }),
        highestRate: this.#highestRate,
        ...{ rateScale: this.#rateScale, rollbacks: this.#rollbacks },
        ...(underWay !== undefined && { underWay }),
        ...this.#stopReason(),
      },
      callbacks: saveCallbacks(callbacks),
    };
  }

  /** Something to go back to. */
  async #keepFirst(): Promise<void> {
    const checkpoints = this.#checkpoints;
    if (checkpoints?.rollback !== undefined && checkpoints.isEmpty)
      await checkpoints.writeLast(this.#moment());
  }

  async #keepLast(): Promise<void> {
    // Where a validation was cut short, the moment before it was kept.
    if (this.#context.isLive() && !this.#isCut) await this.#checkpoints?.writeLast(this.#moment());
    this.#throwListenerError();
  }

  /** An epoch; where a number in it is not finite, after going back, as often as that is allowed. */
  async #epochOrBack(): Promise<EpochRecord | undefined> {
    for (;;) {
      try {
        return await this.#epoch();
      } catch (error) {
        await this.#goBack(error);
      }
    }
  }

  /** Goes back to the last checkpoint with a lower rate, or throws the error. */
  async #goBack(error: unknown): Promise<void> {
    const checkpoints = this.#checkpoints;
    const rollback = checkpoints?.rollback;
    const isNonFinite = error instanceof ThalwegError && error.code === 'NONFINITE';
    const isAllowed = isNonFinite && this.#rollbacks < (rollback?.times ?? 0);
    if (checkpoints === undefined || rollback === undefined || !isAllowed) throw error;
    const rollbacks = this.#rollbacks + 1;
    const rateScale = this.#rateScale * rollback.rateFactor;
    await checkpoints.goBack();
    this.#takeUp();
    this.#rollbacks = rollbacks;
    this.#rateScale = this.#context.settings.rateScale = rateScale;
    this.#sendWarning({
      type: 'warning',
      code: 'ROLLBACK',
      epoch: this.#context.record.history.length,
      message: `${error.message}: back to step ${this.#context.record.steps}, with ${rateScale} of the learning rate`,
      remedy: 'lower the learning rate, or clip the gradient',
    });
  }

  #sendWarning(warning: WarningEvent): void {
    this.#send(warning);
    callHooksAtOnce(this.#plan.callbacks, warning, this.#control);
  }

  #warnOfCheckpoint(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const remedy = 'the run goes on, and tries again at the next occasion';
    this.#control.warn({ code: 'CHECKPOINT', message, remedy });
  }

  /** Runs code of listeners where an error has nowhere to go: it ends the run, and is thrown then. */
  #guard(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#listenerError ??= { error };
      this.#context.native.cancel();
    }
  }

  #throwListenerError(): void {
    if (this.#listenerError !== undefined) throw this.#listenerError.error;
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
    const isStopping = this.#checkpoints?.isStopping === true || this.#listenerError !== undefined;
    return !this.#context.isLive() || this.#plan.signal?.aborted === true || isStopping;
  }

  /** The same, or a callback does. */
  #isStopped(): boolean {
    return this.#isAborted() || this.#control.stopReason !== undefined;
  }

  /** One epoch; undefined when it was aborted. */
  async #epoch(): Promise<EpochRecord | undefined> {
    const { native, record, loss } = this.#context;
    const { validation, validationWeights, wanted } = this.#plan;
    const start = performance.now() - 1000 * (this.#underWay?.seconds ?? 0);
    const { done, rateOf } = await this.#train(start);
    if (done === undefined || done.cancelled) return undefined;
    const seconds = (performance.now() - start) / 1000;
    const weights = record.averaged > 0 ? validationWeights : 'raw';
    const evaluation =
      validation && !this.#isAborted()
        ? await unlessAborted(evaluate(native, validation, { loss, wanted, weights }))
        : undefined;
    this.#isCut = validation !== undefined && evaluation === undefined;
    if (this.#isCut && this.#context.isLive()) await this.#checkpoints?.writeLast(this.#moment());
    this.#underWay = undefined;
    const epoch = this.#epochRecord(done, { seconds, evaluation, learningRate: rateOf(done) });
    record.history.push(epoch);
    return epoch;
  }

  /** The native loop over one epoch. A listener's error cancels it and is thrown here. */
  async #train(start: number): Promise<{ done: NativeTrainProgress | undefined; rateOf: RateOf }> {
    const { native, settings, record, isLive } = this.#context;
    const { dataset, batches, shuffle, sampling, dropLast, monitorEvery } = this.#plan;
    this.#batches = batches(this.#position());
    const { batchSize, partRows, steps } = this.#batches;
    const rates = settings.table(steps, (step) => this.#position(step));
    const epoch = record.history.length;
    this.#highestRate = rates.base.reduce((a, b) => Math.max(a, b), this.#highestRate);
    if (this.#underWay === undefined) this.#recentLoss.startEpoch();
    const rateOf: RateOf = (progress) => rates.base[Math.max(progress.steps, 1) - 1]!;
    // The caller's schedules have run: they may have ended it.
    if (this.#isStopped()) return { done: undefined, rateOf };
    const epochStart = this.#epochStart();
    const job = native.train(
      {
        ...{ dataset: nativeDataset(dataset), epoch, batchSize, partRows, shuffle, dropLast },
        sampling: sampling && Sampling.handle(sampling, 'fit.sampling'),
        ...{ settings: settings.values, columns: settings.columns, rates: rates.values },
        ...{ before: this.#underWay?.progress, ...this.#checkpoints?.request },
        ...(monitorEvery > 0 && { monitorEvery }),
      },
      (progress) => {
        if (!isLive()) return; // sent before a listener disposed of the trainer
        this.#guard(() => {
          this.#look(progress);
          const event = this.#progressEvent(progress, rateOf(progress), { start, epochStart });
          this.#send(event);
          callHooksAtOnce(this.#plan.callbacks, event, this.#control);
        });
      },
      (progress) => {
        if (!isLive()) return;
        this.#guard(() => this.#checkpoints?.write(this.#moment(this.#stand(progress, start))));
      },
    );
    this.#control.isTraining = true;
    const done = await unlessAborted(job).finally(() => {
      this.#control.isTraining = false;
      // Also after a failure: the steps before it were taken.
      this.#underWay = undefined;
      if (!isLive()) return;
      record.steps = native.stepCount();
      record.averaged = native.averagedCount();
    });
    if (done !== undefined) this.#underWay = this.#stand(done, start);
    this.#throwListenerError();
    if (done !== undefined) this.#look(done);
    return { done, rateOf };
  }

  /** Where the epoch stands, as a checkpoint keeps it. */
  #stand(given: NativeTrainProgress, start: number): EpochUnderWay {
    const { cancelled: _, seen: _seen, losses: _losses, ...progress } = given;
    const { batchSize } = this.#batches;
    const seconds = (performance.now() - start) / 1000;
    return { progress, batchSize, seconds, recentLoss: this.#recentLoss.state() };
  }

  #epochRecord(
    done: NativeTrainProgress,
    outcome: { seconds: number; evaluation: WeightedEvaluation | undefined; learningRate: number },
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
      ...this.#monitor.endEpoch(),
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

  #progressEvent(
    progress: NativeTrainProgress,
    learningRate: number,
    { start, epochStart }: { readonly start: number; readonly epochStart: number },
  ): TrainEvent {
    const { record, loss } = this.#context;
    const recentLoss = this.#recentLoss.push(progress);
    return {
      type: 'progress',
      epoch: record.history.length,
      step: epochStart + progress.steps,
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

  /** Takes in what the monitor saw, and warns of it at once. */
  #look({ seen }: NativeTrainProgress): void {
    if (seen === undefined) return;
    for (const warning of this.#monitor.take(seen)) this.#control.warn(warning);
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

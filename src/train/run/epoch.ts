/** Runs the native loop over one epoch. */
import type { RunCheckpoints } from '../../checkpoint/run-checkpoints.js';
import { nativeDataset } from '../../data/dataset.js';
import { Sampling } from '../../data/sampling.js';
import { ThalwegError } from '../../errors.js';
import type { NativeTrainProgress, NativeTrainRequest } from '../../native.js';
import type { RunContext } from '../../run/context.js';
import type { EpochUnderWay } from '../../run/saved-run.js';
import type { Listeners } from './listeners.js';
import type { Monitor } from './monitor.js';
import type { FitPlan } from './plan.js';
import { progressEvent } from './reports.js';
import type { RunState } from './state.js';

/** The parts of a run that its epoch loop uses. */
interface LoopContext {
  readonly context: RunContext;
  readonly plan: FitPlan;
  readonly state: RunState;
  readonly listeners: Listeners;
  readonly monitor: Monitor;
  /** Returns true where the run should end. */
  readonly isStopped: () => boolean;
  /** Called after the native loop has filled a snapshot; `underWay` is the progress at that step. */
  readonly keep: (underWay: EpochUnderWay) => void;
}

/** The result of an epoch's training. */
interface Trained {
  /** The sums over the epoch; undefined where an abort or disposal ended it without a report. */
  readonly done: NativeTrainProgress | undefined;
  /** Returns the base learning rate of the last step of a report. */
  readonly rateOf: (progress: NativeTrainProgress) => number;
}

export class EpochLoop {
  readonly #run: LoopContext;
  #isBegun = false;

  constructor(run: LoopContext) {
    this.#run = run;
  }

  /** Trains the rest of the epoch. An error of a listener cancels it and is thrown here. */
  async train(start: number, snapshots?: RunCheckpoints['request']): Promise<Trained> {
    const { context, plan, state, listeners } = this.#run;
    const { record, settings } = context;
    state.batches = plan.batches(state.position());
    const rates = settings.table(state.batches.steps, (step) => state.position(step));
    if (state.underWay === undefined) state.recentLoss.startEpoch();
    const rateOf: Trained['rateOf'] = ({ steps }) => rates.base[Math.max(steps, 1) - 1]!;
    // Schedules of the caller's have just run, and may have ended the run.
    if (this.#run.isStopped()) return { done: undefined, rateOf };
    state.see(rates.base);
    const job = this.#start({ ...this.#request(rates.values), ...snapshots }, start, rateOf);
    listeners.control.isTraining = true;
    const done = await unlessAborted(job).finally(() => {
      listeners.control.isTraining = false;
      // This also runs after a failure, because the steps before the failure count.
      state.underWay = undefined;
      if (!context.isLive()) return;
      record.steps = context.native.stepCount();
      record.averaged = context.native.averagedCount();
    });
    if (done !== undefined) state.underWay = state.after(done, start);
    listeners.throwError();
    if (done !== undefined) this.#observe(done);
    return { done, rateOf };
  }

  #request(rates: Float64Array): NativeTrainRequest {
    const { context, plan, state, monitor } = this.#run;
    const { dataset, shuffle, sampling, dropLast, monitorEvery, guardEvery } = plan;
    const { batchSize, partRows } = state.batches;
    const epoch = context.record.history.length;
    const validation = this.#isBegun
      ? undefined
      : plan.validation && nativeDataset(plan.validation);
    this.#isBegun = true; // the check comes once: the validation set may be disposed of later
    return {
      validation,
      dataset: nativeDataset(dataset),
      epoch,
      batchSize,
      partRows,
      shuffle,
      dropLast,
      sampling: sampling && Sampling.handle(sampling, 'fit.sampling'),
      settings: context.settings.values,
      columns: context.settings.columns,
      rates,
      before: state.done,
      ...(monitorEvery > 0 && { monitorEvery, monitorAlive: monitor.alive }),
      ...(guardEvery > 0 && { guardEvery }),
    };
  }

  #start(
    request: NativeTrainRequest,
    start: number,
    rateOf: Trained['rateOf'],
  ): Promise<NativeTrainProgress> {
    const { context, state, listeners, keep } = this.#run;
    const { epochStart, batches, recentLoss } = state;
    return context.native.train(
      request,
      (progress) => {
        if (!context.isLive()) return; // a listener has disposed of the trainer meanwhile
        listeners.guard(() => {
          this.#observe(progress);
          const learningRate = rateOf(progress);
          listeners.tellAtOnce(
            progressEvent(context, progress, {
              batches,
              epochStart,
              start,
              learningRate,
              recentLoss,
            }),
          );
        });
      },
      (progress) => {
        if (!context.isLive()) return;
        listeners.guard(() => {
          this.#observe(progress);
          keep(state.after(progress, start));
        });
      },
    );
  }

  /** Passes the monitor's sums to the monitor, and sends its warnings at once. */
  #observe(progress: NativeTrainProgress): void {
    const { context, listeners, monitor } = this.#run;
    for (const warning of monitor.take(progress))
      listeners.control.warnOf(context.record.history.length, warning);
  }
}

/** Returns the job's value, or undefined where an abort or disposal ended the job. */
export async function unlessAborted<T>(job: Promise<T>): Promise<T | undefined> {
  try {
    return await job;
  } catch (error) {
    if (error instanceof ThalwegError && error.code === 'ABORTED') return undefined;
    throw error;
  }
}

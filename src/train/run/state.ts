/** The state of a run that a checkpoint keeps and a resumed run restores. */
import { restoreCallbacks } from '../../run/restore.js';
import { saveCallbacks } from '../../run/saved-state.js';
import {
  type FitIdentity,
  checkBatchSize,
  checkResumed,
  fingerprint,
} from '../../checkpoint/resumed.js';
import type { EpochUnderWay, SavedRun } from '../../run/saved-run.js';
import type { Moment } from '../../checkpoint/moment.js';
import type { NativeEpochProgress, NativeTrainProgress } from '../../native.js';
import type { Position } from '../../schedule/position.js';
import type { EpochRecord } from '../../run/history.js';
import type { Batches } from './batches.js';
import type { FitPlan } from './plan.js';
import { RecentLoss } from '../../run/recent-loss.js';
import { replaceAll } from '../../run/record.js';
import type { RunContext } from '../../run/context.js';

export class RunState {
  /** The records of the run's finished epochs; a resumed run includes those before the interruption. */
  readonly epochs: EpochRecord[] = [];
  /** The division of the current epoch, or of the first before it begins. */
  batches: Batches;
  /** The finished part of the next epoch before its native loop; during the validation, the whole epoch. */
  underWay: EpochUnderWay | undefined;
  /** The number of times that the run went back to a checkpoint. */
  rollbacks = 0;
  readonly recentLoss = new RecentLoss();
  readonly #context: RunContext;
  readonly #plan: FitPlan;
  #firstEpoch: number;
  #highestRate = 0;
  /** The highest rates of the two latest epochs, the older first; Infinity where not known. */
  #latestHighest: readonly [number, number] = [Infinity, Infinity];
  #rateScale = 1;

  /** @throws ThalwegError MISMATCH where the resumed run had other data */
  constructor(context: RunContext, plan: FitPlan) {
    this.#context = context;
    this.#plan = plan;
    const resumed = context.record.resumed?.run;
    if (resumed !== undefined) checkResumed(resumed, this.#identity());
    this.#firstEpoch = resumed?.firstEpoch ?? context.record.history.length;
    this.underWay = resumed?.underWay;
    this.batches = plan.batches(this.position());
    if (resumed !== undefined) checkBatchSize(resumed, this.batches);
  }

  /** The number of the run's first epoch. */
  get firstEpoch(): number {
    return this.#firstEpoch;
  }

  /** The highest learning rate so far. */
  get highestRate(): number {
    return this.#highestRate;
  }

  /** The highest rate of the two latest epochs; Infinity where not known. */
  get highestLately(): number {
    return Math.max(...this.#latestHighest);
  }

  /** The factor by which rollbacks have lowered the learning rate; 1 before the first. */
  get rateScale(): number {
    return this.#rateScale;
  }

  set rateScale(value: number) {
    this.#rateScale = this.#context.settings.rateScale = value;
  }

  /** The number of steps of the trainer at the beginning of the epoch. */
  get epochStart(): number {
    return this.#context.record.steps - (this.underWay?.progress.steps ?? 0);
  }

  /** Returns the position of the run `steps` steps after the beginning of the epoch. */
  position(steps = 0): Position {
    const { history } = this.#context.record;
    return { step: this.epochStart + steps, epoch: history.length, history };
  }

  /** Restores the run of the checkpoint from which the trainer was resumed, and returns it, if there is one. */
  resume(): SavedRun | undefined {
    const { record, settings } = this.#context;
    const { resumed } = record;
    if (resumed !== undefined) restoreCallbacks(this.#plan.callbacks, resumed.callbacks); // may throw
    settings.rateScale = 1;
    if (resumed === undefined) return undefined;
    const { run } = resumed;
    record.resumed = undefined;
    this.#firstEpoch = run.firstEpoch;
    replaceAll(this.epochs, record.history.slice(run.firstEpoch));
    this.#highestRate = run.highestRate;
    this.#latestHighest = run.highestLately ?? [Infinity, Infinity];
    this.rateScale = run.rateScale;
    this.rollbacks = run.rollbacks;
    this.underWay = run.underWay;
    this.recentLoss.restore(run.recentLoss ?? run.underWay?.recentLoss);
    return run;
  }

  /** Adds the learning rates of the epoch, which begins or continues, to the highest rates. */
  see(rates: Float64Array): void {
    const highest = rates.reduce((a, b) => Math.max(a, b), this.#context.settings.lastingRate);
    const [before, last] = this.#latestHighest;
    this.#latestHighest = [this.underWay === undefined ? last : before, highest];
    this.#highestRate = Math.max(this.#highestRate, highest);
  }

  /** Returns the progress of an epoch that began at `start`, as a checkpoint keeps it. */
  after(progress: NativeTrainProgress, start: number): EpochUnderWay {
    const { lossSum, correct, examples, steps, skipped, gradientNorm = NaN, lastLoss } = progress;
    const { batchSize, partRows } = this.batches;
    return {
      progress: { lossSum, correct, examples, steps, skipped, gradientNorm, lastLoss },
      batchSize,
      partRows,
      seconds: (performance.now() - start) / 1000,
    };
  }

  /** The steps that are done of the epoch under way. A checkpoint has NaN for a norm that was not measured. */
  get done(): NativeEpochProgress | undefined {
    if (this.underWay === undefined) return undefined;
    const { gradientNorm, ...rest } = this.underWay.progress;
    return Number.isNaN(gradientNorm) ? rest : { ...rest, gradientNorm };
  }

  /** Returns the run as a checkpoint keeps it; `others` are the parts that other objects hold. */
  moment(
    others: Pick<SavedRun, 'monitor' | 'warned' | 'stopReason'>,
    underWay = this.underWay,
  ): Moment {
    const { epochs, callbacks } = this.#plan;
    const { validation, sampling, ...identity } = this.#identity();
    return {
      run: {
        firstEpoch: this.#firstEpoch,
        epochs,
        ...identity,
        ...(validation !== undefined && { validation }),
        ...(sampling !== undefined && { sampling }),
        highestRate: this.#highestRate,
        highestLately: this.#latestHighest,
        recentLoss: this.recentLoss.state(),
        rateScale: this.#rateScale,
        rollbacks: this.rollbacks,
        ...(underWay !== undefined && { underWay }),
        ...others,
      },
      callbacks: saveCallbacks(callbacks),
    };
  }

  #identity(): FitIdentity {
    const { dataset, validation, sampling, shuffle, dropLast } = this.#plan;
    return {
      dataset: fingerprint(dataset),
      validation: validation && fingerprint(validation),
      sampling: sampling?.fingerprint,
      shuffle,
      dropLast,
    };
  }
}

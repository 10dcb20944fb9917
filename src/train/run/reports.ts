/** Makes the events and records of a run. */
import { isaOf } from '../../device.js';
import type { NativeTrainProgress } from '../../native.js';
import type { RunContext } from '../../run/context.js';
import type { ProgressEvent, StartEvent } from '../../run/events.js';
import type { EpochRecord, WeightedEvaluation } from '../../run/history.js';
import type { RecentLoss } from '../../run/recent-loss.js';
import { toEvaluation } from '../evaluation.js';
import type { Batches } from './batches.js';
import type { Monitor } from './monitor.js';
import type { FitPlan } from './plan.js';
import type { RunState } from './state.js';

export function startEvent(
  { device, model }: RunContext,
  { epochs, dataset }: FitPlan,
  { batches, firstEpoch }: RunState,
): StartEvent {
  return {
    type: 'start',
    epochs,
    firstEpoch,
    stepsPerEpoch: batches.steps,
    examples: dataset.length,
    device,
    isa: isaOf(device),
    parameters: model.parameterCount,
  };
}

/** The state of the current epoch that a progress event needs. */
interface ProgressContext {
  readonly batches: Batches;
  /** The number of steps of the trainer at the beginning of the epoch. */
  readonly epochStart: number;
  /** The start of the epoch as `performance.now()`, moved so that an interruption does not count. */
  readonly start: number;
  readonly learningRate: number;
  /** The smoothed loss, to which the progress is added. */
  readonly recentLoss: RecentLoss;
}

export function progressEvent(
  { record, loss }: RunContext,
  progress: NativeTrainProgress,
  { batches, epochStart, start, learningRate, recentLoss }: ProgressContext,
): ProgressEvent {
  const smoothedLoss = recentLoss.push(progress);
  return {
    type: 'progress',
    epoch: record.history.length,
    step: epochStart + progress.steps,
    stepInEpoch: progress.steps + progress.skipped,
    skippedSteps: progress.skipped,
    stepsPerEpoch: batches.steps,
    batchSize: batches.batchSize,
    ...toEvaluation(progress, loss),
    ...(smoothedLoss !== undefined && { smoothedLoss }),
    ...(progress.gradientNorm !== undefined && { gradientNorm: progress.gradientNorm }),
    learningRate,
    examplesPerSecond: (progress.examples * 1000) / (performance.now() - start),
  };
}

/** The results of an epoch besides its sums. */
interface EpochOutcome {
  readonly seconds: number;
  readonly evaluation: WeightedEvaluation | undefined;
  readonly learningRate: number;
  /** The monitor, whose epoch ends here. */
  readonly monitor: Monitor;
}

/** Makes the record of an epoch, and adds its loss to the smoothed loss. */
export function epochRecord(
  { loss, record }: RunContext,
  done: NativeTrainProgress,
  { seconds, evaluation, learningRate, monitor }: EpochOutcome,
): EpochRecord {
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
    ...(done.gradientNorm !== undefined && { gradientNorm: done.gradientNorm }),
    skippedSteps: done.skipped,
    ...monitor.endEpoch(),
  };
}

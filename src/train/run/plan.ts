/** Checks a call of fit. */
import { checkSignal } from '../../abort.js';
import { type Weights, checkWeights } from '../../average/weights.js';
import { type CheckpointPlan, planCheckpoints } from '../../checkpoint/options.js';
import type { Dataset } from '../../data/dataset.js';
import { type Sampling, checkSampling } from '../../data/sampling.js';
import { ThalwegError } from '../../errors.js';
import type { Wanted } from '../../metrics/measure.js';
import type { MetricPath } from '../../metrics/path.js';
import type { StepSettings } from '../../optim/settings.js';
import { checkBoolean, checkNumber, checkOneOf, requireOptions, wrongType } from '../../options.js';
import { checkCallbacks } from '../../run/callback-set.js';
import type { Callback } from '../../run/callback.js';
import type { TrainEvent } from '../../run/events.js';
import { type Task, checkDataset } from '../../run/task.js';
import { metricsUsed } from '../../schedule/schedule.js';
import { type BatchPlan, planBatches } from './batches.js';
import { checkGuard } from './guard.js';
import { checkBestBy, checkPlateaus, checkRequired, checkWanted } from './metrics.js';
import { checkMonitor } from './monitor.js';
import type { FitOptions } from './options.js';

/** A checked call of fit. */
export interface FitPlan {
  readonly dataset: Dataset;
  readonly epochs: number;
  readonly batches: BatchPlan;
  readonly shuffle: boolean;
  readonly sampling: Sampling | undefined;
  readonly dropLast: boolean;
  readonly validation: Dataset | undefined;
  /** Metrics of the validation set besides its loss. */
  readonly wanted: readonly Wanted[];
  readonly validationWeights: Weights;
  readonly signal: AbortSignal | undefined;
  /** One step in so many is monitored; 0 where none is. */
  readonly monitorEvery: number;
  /** One step in so many is computed twice; 0 where none is. */
  readonly guardEvery: number;
  readonly callbacks: readonly Callback[];
  readonly checkpoint: CheckpointPlan | undefined;
  readonly onEvent: ((event: TrainEvent) => unknown) | undefined;
}

const fitKeys = [
  'epochs',
  'batchSize',
  'accumulate',
  'validation',
  'validationWeights',
  'metrics',
  'shuffle',
  'sampling',
  'last',
  'signal',
  'monitor',
  'callbacks',
  'checkpoint',
  'onEvent',
  'guard',
];

/** The rows of a step where the options say none. */
const defaultBatchSize = 32;

/** Checks a call of fit before anything changes. */
export function planFit(
  dataset: Dataset,
  options: FitOptions,
  task: Task,
  settings: StepSettings,
): FitPlan {
  requireOptions('fit', options, fitKeys);
  checkDataset('dataset', dataset, task);
  const plan = {
    dataset,
    epochs: checkNumber('fit.epochs', options.epochs, { min: 1, integer: true }),
    ...planValidation(options, task),
    ...planRows(dataset, options, task),
    callbacks: checkCallbacks('fit.callbacks', options.callbacks ?? []),
    checkpoint: checkCheckpoint(options),
    monitorEvery: checkMonitor('fit.monitor', options.monitor ?? false, task.device),
    guardEvery: checkGuard('fit.guard', options.guard ?? false),
    signal: checkSignal('fit.signal', options.signal),
    onEvent: checkListener(options.onEvent),
  };
  const batchSize = options.batchSize ?? defaultBatchSize;
  const ofBatches = batchSize === 'full' ? [] : metricsUsed(batchSize);
  checkMetrics(plan, [...settings.metrics, ...ofBatches], task);
  return plan;
}

function planValidation(
  { validation, validationWeights, metrics }: FitOptions,
  task: Task,
): Pick<FitPlan, 'validation' | 'validationWeights' | 'wanted'> {
  if (validation !== undefined) checkDataset('fit.validation', validation, task);
  return {
    validation,
    validationWeights: checkWeights('fit.validationWeights', validationWeights),
    wanted: checkWanted(metrics, validation !== undefined, task),
  };
}

function planRows(
  dataset: Dataset,
  options: FitOptions,
  { model }: Task,
): Pick<FitPlan, 'shuffle' | 'sampling' | 'dropLast' | 'batches'> {
  const shuffle = checkBoolean('fit.shuffle', options.shuffle ?? true);
  const dropLast = checkOneOf('fit.last', options.last ?? 'keep', ['keep', 'drop']) === 'drop';
  const sampling = checkSampling('fit.sampling', options.sampling, dataset.length);
  if (sampling && !shuffle) refuseSampling();
  const rows = sampling?.draws ?? dataset.length;
  const parts = { min: 1, integer: true };
  const accumulate = checkNumber('fit.accumulate', options.accumulate ?? 1, parts);
  const batches = planBatches(options.batchSize ?? defaultBatchSize, {
    rows,
    dropLast,
    accumulate,
    model,
  });
  return { shuffle, sampling, dropLast, batches };
}

function checkCheckpoint({ checkpoint, validation }: FitOptions): CheckpointPlan | undefined {
  if (checkpoint === undefined) return undefined;
  return planCheckpoints('fit.checkpoint', checkpoint, validation !== undefined);
}

/** Refuses a schedule, a callback or a checkpoint that depends on a metric which the run does not measure. */
function checkMetrics(plan: FitPlan, scheduled: readonly MetricPath[], { loss }: Task): void {
  const measured = { loss, ofValidation: plan.validation && plan.wanted };
  checkPlateaus(scheduled, measured);
  checkRequired(plan.callbacks, measured);
  if (plan.checkpoint !== undefined) checkBestBy(plan.checkpoint.bestBy, measured);
}

function refuseSampling(): never {
  throw new ThalwegError({
    code: 'RANGE',
    path: 'fit.shuffle',
    received: 'false, with a sampling',
    expected: 'true',
    remedy: 'leave shuffle out: samplings choose the order themselves',
  });
}

function checkListener(listener: unknown): FitPlan['onEvent'] {
  if (listener === undefined || typeof listener === 'function')
    return listener as FitPlan['onEvent'];
  throw wrongType('fit.onEvent', listener, 'a function of events');
}

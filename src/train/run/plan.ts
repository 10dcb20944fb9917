/** Checks a call of fit. */
import { type Weights, checkWeights } from '../../average/weights.js';
import { type CheckpointPlan, planCheckpoints } from '../../checkpoint/options.js';
import type { Dataset } from '../../data/dataset.js';
import { type Sampling, checkSampling } from '../../data/sampling.js';
import { ThalwegError } from '../../errors.js';
import type { Wanted } from '../../metrics/measure.js';
import type { StepSettings } from '../../optim/settings.js';
import { checkBoolean, checkNumber, checkOneOf, requireOptions, wrongType } from '../../options.js';
import { isInstance } from '../../values.js';
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

/** Checks a call of fit before anything changes. */
export function planFit(
  dataset: Dataset,
  options: FitOptions,
  task: Task,
  settings: StepSettings,
): FitPlan {
  requireOptions('fit', options, fitKeys);
  checkDataset('dataset', dataset, task);
  const epochs = checkNumber('fit.epochs', options.epochs, { min: 1, integer: true });
  const shuffle = checkBoolean('fit.shuffle', options.shuffle ?? true);
  const dropLast = checkOneOf('fit.last', options.last ?? 'keep', ['keep', 'drop']) === 'drop';
  if (options.validation !== undefined) checkDataset('fit.validation', options.validation, task);
  const wanted = checkWanted(options.metrics, options.validation !== undefined, task);
  const batchSize = options.batchSize ?? 32;
  const sampling = checkSampling('fit.sampling', options.sampling, dataset.length);
  if (sampling && !shuffle) refuseSampling();
  const rows = sampling?.draws ?? dataset.length;
  const accumulate = checkNumber('fit.accumulate', options.accumulate ?? 1, {
    min: 1,
    integer: true,
  });
  const { model } = task;
  const batches = planBatches(batchSize, { rows, dropLast, accumulate, model });
  const metrics = batchSize === 'full' ? [] : metricsUsed(batchSize);
  const callbacks = checkCallbacks('fit.callbacks', options.callbacks ?? []);
  const measured = { loss: task.loss, ofValidation: options.validation && wanted };
  checkPlateaus([...settings.metrics, ...metrics], measured);
  checkRequired(callbacks, measured);
  const { validation } = options;
  const checkpoint =
    options.checkpoint === undefined
      ? undefined
      : planCheckpoints('fit.checkpoint', options.checkpoint, validation !== undefined);
  if (checkpoint !== undefined) checkBestBy(checkpoint.bestBy, measured);
  const validationWeights = checkWeights('fit.validationWeights', options.validationWeights);
  const monitorEvery = checkMonitor('fit.monitor', options.monitor ?? false, task.device);
  const guardEvery = checkGuard('fit.guard', options.guard ?? false);
  const signal = checkSignal(options.signal);
  const onEvent = checkListener(options.onEvent);
  return {
    dataset,
    epochs,
    batches,
    shuffle,
    sampling,
    dropLast,
    validation,
    validationWeights,
    wanted,
    signal,
    monitorEvery,
    guardEvery,
    callbacks,
    checkpoint,
    onEvent,
  };
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

function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || isInstance(signal, AbortSignal)) return signal;
  throw wrongType(
    'fit.signal',
    signal,
    'an AbortSignal',
    'pass controller.signal or AbortSignal.timeout(…)',
  );
}

function checkListener(listener: unknown): FitPlan['onEvent'] {
  if (listener === undefined || typeof listener === 'function')
    return listener as FitPlan['onEvent'];
  throw wrongType('fit.onEvent', listener, 'a function of events');
}

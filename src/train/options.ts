/** What a trainer and its runs are told, checked. */
import type { WeightAverage, Weights } from '../average/weights.js';
import type { Callback } from '../run/callback.js';
import { checkCallbacks } from '../run/callback-set.js';
import {
  type CheckpointOptions,
  type CheckpointPlan,
  planCheckpoints,
} from '../checkpoint/options.js';
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { type Sampling, checkSampling } from '../data/sampling.js';
import type { DeviceName } from '../device.js';
import { ThalwegError } from '../errors.js';
import type { Loss, LossName } from '../loss/loss.js';
import type { Wanted } from '../metrics/measure.js';
import type { Metric } from '../metrics/requests.js';
import { type Layer, elements } from '../nn/layer.js';
import { Sequential } from '../nn/sequential.js';
import { checkBoolean, checkNumber, checkOneOf, describe, requireOptions } from '../options.js';
import type { Optimizer } from '../optim/define.js';
import type { ClipOptions, NonFinitePolicy, StepSettings } from '../optim/settings.js';
import { type Scheduled, metricsUsed } from '../schedule/schedule.js';
import { type BatchPlan, planBatches } from './run/batches.js';
import type { TrainEvent } from '../run/events.js';
import { type GuardOptions, checkGuard } from './limits.js';
import { checkBestBy, checkPlateaus, checkRequired, checkWanted } from './measured.js';
import { type MonitorOptions, checkMonitor } from './run/monitor.js';

/** Options of a {@link Trainer}. `L` is the name of its loss, where the type knows it. */
export interface TrainerOptions<L extends LossName = LossName> {
  /** What is trained, from `nn.sequential`. */
  readonly model: Sequential;
  /** By name, or described by `loss.huber({ delta })`, … */
  readonly loss: L | Loss<L>;
  /** How weights follow gradients, from `optim.adam()`, … */
  readonly optimizer: Optimizer;
  /** Bounds on the gradient. Default none. */
  readonly clip?: ClipOptions;
  /** What a NaN or infinite gradient does. Default `'stop'`: throws before any weight changes. */
  readonly nonFinite?: NonFinitePolicy;
  /** An average of the weights, from `average.ema()`, … Default none. */
  readonly average?: WeightAverage;
  /**
   * `'auto'` (default): the first GPU that serves, or else `'cpu'`. `'cuda'`: that GPU and nothing else;
   * `'cuda:1'`, or `'cuda:GPU-…'` with a UUID as nvidia-smi prints it: one of several. `'cpu:baseline'`,
   * `'cpu:avx2'` and `'cpu:avx512'` force an instruction set; `'reference'` is plain loops in double.
   */
  readonly device?: DeviceName;
  /** Seed of initial weights, shuffles and dropout; an integer in [0, 2^64). Default 0. */
  readonly seed?: number | bigint;
  /**
   * Bytes that the trainer may hold, an integer, at least 1: weights, gradients, optimizer state and
   * averages, the numbers of a batch in every layer, copies for checkpoints, guard and monitor, what
   * `predict` takes and gives, the scores that ROC-AUC ranks. What would need more is refused with
   * MEMORY before anything is allocated. Data sets and their orders do not count. Default the memory
   * of the machine, or of the container; on a GPU none, for it refuses by itself.
   */
  readonly memoryLimit?: number;
}

/** Options of {@link Trainer.fit}. `L` is the name of the loss, where the type knows it. */
export interface FitOptions<L extends LossName = LossName> {
  /** Epochs to train, at least 1. */
  readonly epochs: number;
  /**
   * Rows a step; `'full'` takes the whole data set. A schedule is asked before each epoch, and what
   * it gives is rounded. Default 32.
   */
  readonly batchSize?: Scheduled | 'full';
  /**
   * Batches whose gradients make one step, an integer, at least 1, default 1: each step follows the
   * gradient of the mean over `batchSize` × `accumulate` rows, as one batch of so many would, within
   * float rounding and in the memory of `batchSize` rows; the last step's over what is left. Dropout
   * draws a mask of its own for each batch. Batch norm normalises each by itself; its running
   * statistics follow the last of a step.
   */
  readonly accumulate?: number;
  /** Evaluated after each epoch. */
  readonly validation?: Dataset;
  /** Measured natively on the validation set, besides its loss: `['f1', metrics.topK(5)]`. */
  readonly metrics?: readonly Metric[];
  /**
   * Which weights the validation measures; raw ones until the average has begun, and where the
   * trainer keeps none. The records say which. Default `'raw'`.
   */
  readonly validationWeights?: Weights;
  /** A new order each epoch. Default true. */
  readonly shuffle?: boolean;
  /**
   * Which rows an epoch visits, from `data.weighted` or `data.stratified`. Default each row once, in
   * an order that follows `shuffle`.
   */
  readonly sampling?: Sampling;
  /** What becomes of a last, smaller batch. Default `'keep'`. */
  readonly last?: 'keep' | 'drop';
  /**
   * Ends the run within 100 ms, with reason `'aborted'`, after the last whole step; later only where
   * one matrix product of a very large batch takes longer.
   */
  readonly signal?: AbortSignal;
  /** Looks at the layers' health and warns of ill ones; `true` takes the defaults. Default false. */
  readonly monitor?: boolean | MonitorOptions;
  /**
   * Finds corrupted numbers, which a failing processor or memory leaves without a word: takes one step
   * in so many twice and compares the bits of the whole state, and looks whether that stayed as it was
   * between epochs. A difference is CORRUPTION, which names tensor and step; the last checkpoint
   * stays. `true` takes the default, which costs under 1 %. Default false.
   */
  readonly guard?: boolean | GuardOptions;
  /** What watches the run, and may stop it: `callbacks.earlyStopping()`, … Called in their order. */
  readonly callbacks?: readonly Callback[];
  /** Files from which the run can go on after a crash, with the very same bits. Default none. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Called with each event; `progress()` makes one that draws a bar. Not awaited; what it throws, also
   * later, ends the run.
   */
  readonly onEvent?: (event: TrainEvent<L>) => unknown;
}

/** A checked call of fit. */
export interface FitPlan {
  readonly dataset: Dataset;
  readonly epochs: number;
  readonly batches: BatchPlan;
  readonly shuffle: boolean;
  readonly sampling: Sampling | undefined;
  readonly dropLast: boolean;
  readonly validation: Dataset | undefined;
  /** Of the validation set. */
  readonly wanted: readonly Wanted[];
  readonly validationWeights: Weights;
  readonly signal: AbortSignal | undefined;
  /** Steps from one that a monitor looks at to the next; 0 without one. */
  readonly monitorEvery: number;
  /** Steps from one that is taken twice to the next; 0: none is. */
  readonly guardEvery: number;
  readonly callbacks: readonly Callback[];
  readonly checkpoint: CheckpointPlan | undefined;
  readonly onEvent: ((event: TrainEvent) => unknown) | undefined;
}

/** What a run trains: sizes and the kind of labels follow from it. */
export interface Task {
  readonly model: Sequential;
  readonly loss: Loss;
  readonly device: string;
}

const fitKeys = [
  ...['epochs', 'batchSize', 'accumulate', 'validation', 'validationWeights', 'metrics', 'shuffle'],
  ...['sampling', 'last', 'signal', 'monitor', 'callbacks', 'checkpoint', 'onEvent'],
  'guard',
];

/** What a loss applies to the model's outputs by itself. */
const appliedBy: Partial<Record<LossName, string>> = {
  softmaxCrossEntropy: 'softmax',
  sigmoidCrossEntropy: 'sigmoid',
};

/**
 * The model, or TYPE; or MISMATCH where it ends in what the loss applies, which would be twice, or has one
 * output for a softmax.
 */
export function checkModel(model: unknown, loss: Loss): Sequential {
  if (!(model instanceof Sequential))
    throw new ThalwegError({
      code: 'TYPE',
      path: 'model',
      received: describe(model),
      expected: 'a model such as nn.sequential(…)',
    });
  const last = model.layers.at(-1)!.layer as Layer & { readonly activation?: string };
  const end = last.activation ?? last.kind;
  if (end === appliedBy[loss.kind])
    throw new ThalwegError({
      code: 'MISMATCH',
      path: 'model',
      received: `a model that ends in ${end}`,
      expected: `one that ends in logits, for ${loss.kind} applies ${end} itself`,
      remedy: `leave the ${end} out`,
    });
  if (loss.kind === 'softmaxCrossEntropy' && elements(model.outputShape) === 1) refuseOneClass();
  return model;
}

/** Its probability is always 1: loss 0, accuracy 1, and nothing is learnt. */
function refuseOneClass(): never {
  throw new ThalwegError({
    code: 'MISMATCH',
    path: 'model',
    received: 'a model with one output, for softmaxCrossEntropy',
    expected: 'an output for each class, at least two',
    remedy: 'for two classes end in nn.dense(2), or take sigmoidCrossEntropy with labels 0 and 1',
  });
}

/** Which weights; the raw ones unless told otherwise. */
export function checkWeights(path: string, weights: unknown): Weights {
  return checkOneOf(path, weights ?? 'raw', ['raw', 'averaged']);
}

function describeLabels({ labelKind, labelWidth }: Dataset): string {
  if (labelKind === 'none') return 'no labels';
  return labelKind === 'sparse' ? 'class indices' : `${labelWidth} values a row`;
}

/** SHAPE where the data set does not fit the model and its loss. */
export function checkDataset(path: string, dataset: Dataset, { model, loss }: Task): void {
  nativeDataset(dataset, path);
  const features = elements(model.input);
  const outputs = elements(model.outputShape);
  if (dataset.features !== features)
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `examples of ${dataset.features} numbers`,
      expected: `examples of the model's ${features} inputs`,
    });
  const sparse = loss.kind === 'softmaxCrossEntropy' && dataset.labelKind === 'sparse';
  if (!sparse && (dataset.labelKind !== 'dense' || dataset.labelWidth !== outputs))
    throw new ThalwegError({
      code: 'SHAPE',
      path: `${path}.labels`,
      received: describeLabels(dataset),
      expected: `${loss.kind === 'softmaxCrossEntropy' ? 'class indices (Int32Array), or ' : ''}${outputs} values a row (Float32Array), one for each output of the model`,
      remedy:
        dataset.labelKind === 'sparse'
          ? 'class indices go with softmaxCrossEntropy only'
          : 'make the data set with labels that fit',
    });
}

/** A call of fit, checked; throws before anything has changed. */
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
    ...{ dataset, epochs, batches, shuffle, sampling, dropLast },
    ...{ validation, validationWeights, wanted },
    ...{ signal, monitorEvery, guardEvery, callbacks, checkpoint, onEvent },
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
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw new ThalwegError({
    code: 'TYPE',
    path: 'fit.signal',
    received: describe(signal),
    expected: 'an AbortSignal',
    remedy: 'pass controller.signal or AbortSignal.timeout(…)',
  });
}

function checkListener(listener: unknown): FitPlan['onEvent'] {
  if (listener === undefined || typeof listener === 'function')
    return listener as FitPlan['onEvent'];
  throw new ThalwegError({
    code: 'TYPE',
    path: 'fit.onEvent',
    received: describe(listener),
    expected: 'a function of events',
  });
}

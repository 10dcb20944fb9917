/** The trainer of the addon; native/napi/trainer*.cc. */
import type { NativeDataset, NativeSampling } from './data.js';
import type { NativeLayer } from './layer.js';
import type { NativeStepperOptions } from './optimizer.js';
import type { NativeSnapshot, NativeState } from './state.js';

/** Sums over examples. */
export interface NativeMetrics {
  readonly lossSum: number;
  readonly correct: number;
  readonly examples: number;
}

/** What an evaluation counts besides the loss; native/train/metric_sums.h. */
export interface NativeMetricRequest {
  readonly confusion: boolean;
  /** Ranks of the label to count, from 0. */
  readonly top: number;
  readonly auc: boolean;
  readonly errors: boolean;
}

/** What it counted. */
export interface NativeMetricTotals {
  /** [actual, predicted] */
  readonly confusion: Float64Array;
  /** Rows whose label has rank i. */
  readonly top: Float64Array;
  /** Of each column. */
  readonly auc: Float64Array;
  /** [column, 3]: sums of |error|, error² and (label − mean)². */
  readonly errors: Float64Array;
  readonly rows: number;
  /** Rows with a NaN, which nothing but `rows` counts. */
  readonly unordered: number;
}

/** Where a run of steps stands; sums are since its beginning. */
export interface NativeTrainProgress extends NativeMetrics {
  readonly steps: number;
  readonly skipped: number;
  /** Of the last step; NaN where not measured. */
  readonly gradientNorm: number;
  readonly lastLoss: number;
  readonly cancelled: boolean;
  /** What a monitor has seen since the last report; native/train/monitor.h says how. */
  readonly seen?: Float64Array;
  /** Where the run may go on later: which units the monitor has seen move in this epoch, as bits. */
  readonly moved?: Uint8Array;
  /** Mean loss of each step, where they were asked for. */
  readonly losses?: Float64Array;
}

/** Where a run stood in an epoch, as a checkpoint keeps it. */
export type NativeEpochProgress = Omit<
  NativeTrainProgress,
  'cancelled' | 'seen' | 'moved' | 'losses'
>;

/** The rest of one epoch. */
export interface NativeTrainRequest {
  readonly dataset: NativeDataset;
  /** Looked at before the first step, for labels that the loss cannot read. */
  readonly validation?: NativeDataset | undefined;
  readonly epoch: number;
  /** What was done of the epoch before; undefined at its beginning. */
  readonly before?: NativeEpochProgress | undefined;
  /** Rows a step. */
  readonly batchSize: number;
  /** Rows that are gathered at a time; divides the batch size. Default that. */
  readonly partRows?: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly sampling?: NativeSampling | undefined;
  readonly settings: Float64Array;
  /** Indices of the settings that change from step to step. */
  readonly columns: Float64Array;
  /** Their values, [steps][columns], from the epoch's first step on. */
  readonly rates: Float64Array;
  /** Steps of the epoch that are taken; all where it is absent. */
  readonly mostSteps?: number;
  /** Whether the last report has the loss of every step. */
  readonly keepLosses?: boolean;
  /** A monitor looks at the steps that it divides; none where it is absent. */
  readonly monitorEvery?: number;
  /** The last `moved` of the epoch, where it goes on. */
  readonly monitorMoved?: Uint8Array | undefined;
  /** Steps that it divides are taken twice, and compared; none where it is absent. */
  readonly guardEvery?: number;
  /** Filled between two steps: where the trainer's step count is a multiple, and when asked to. */
  readonly snapshot?: NativeSnapshot | undefined;
  /** 0: only when asked to. */
  readonly snapshotEverySteps?: number;
  /** Whether the loop waits for a full snapshot to be released rather than leave one out. */
  readonly snapshotWaits?: boolean;
}

/** An average of the weights; native/train/average.h. */
export interface NativeAverage {
  readonly kind: 'none' | 'ema' | 'running' | 'uniform';
  readonly warmup: number;
  readonly first: number;
  readonly every: number;
  readonly byEpoch: boolean;
}

/** Distribution and standard deviation of a parameter's initial values. */
export interface NativeInitial {
  readonly distribution: 'constant' | 'uniform' | 'normal' | 'truncatedNormal';
  /** The constant, or the standard deviation of the values. */
  readonly value: number;
}

/** What `new native.Trainer` takes. */
export interface NativeTrainerOptions extends Omit<NativeStepperOptions, 'parameters'> {
  readonly layers: readonly NativeLayer[];
  readonly initials: readonly NativeInitial[];
  /** The mean, then the variance of each batch norm. */
  readonly statistics: readonly {
    readonly name: string;
    readonly length: number;
    readonly initial: number;
  }[];
  readonly loss: string;
  readonly lossParameter: number;
  readonly average?: NativeAverage;
  readonly seed: bigint;
  /** Bytes that the trainer may hold; without one, any. */
  readonly memoryLimit?: number | undefined;
}

/** An engine and its thread; native/napi/trainer.cc. One job at a time. */
export interface NativeTrainer extends NativeState {
  train(
    request: NativeTrainRequest,
    onProgress: (progress: NativeTrainProgress) => void,
    onSnapshot?: (progress: NativeTrainProgress) => void,
  ): Promise<NativeTrainProgress>;
  evaluate(
    dataset: NativeDataset,
    batchSize: number,
    metrics?: NativeMetricRequest,
    averaged?: boolean,
  ): Promise<NativeMetrics & { readonly totals?: NativeMetricTotals }>;
  /** The tensors of a snapshot, in its order: float32, `parameters/NAME`, `slots/SLOT/NAME`, … */
  state(): readonly { readonly name: string; readonly length: number }[];
  /** CORRUPTION where the state is another than a guarded run left. */
  checkRest(): void;
  /** Into and from a snapshot of as many bytes as the state has; save() looks as checkRest() does. */
  save(snapshot: NativeSnapshot): Promise<void>;
  load(snapshot: NativeSnapshot): Promise<void>;
  predict(
    inputs: Float32Array,
    rows: number,
    outputs: number,
    batchSize: number,
    averaged: boolean,
  ): Promise<Float32Array>;
  /** Of the mean loss over all rows, every parameter one after another. */
  fullGradients(
    dataset: NativeDataset,
    batchSize: number,
  ): Promise<NativeMetrics & { readonly gradient: Float64Array }>;
  /** As in training where the rates of the dropout layers are given, in their order. */
  gradients(
    dataset: NativeDataset,
    rows: Uint32Array,
    dropoutRates?: Float64Array,
  ): { readonly loss: number; readonly gradients: readonly Float32Array[] };
  cancel(): void;
  /** Native memory of the trainer, for the largest batch so far; data sets not counted. */
  bytes(): number;
  /** MEMORY where the trainer may not hold so many more bytes. */
  requireMemory(bytes: number): void;
  /** Steps taken so far. */
  stepCount(): number;
  /** How many weights the average has seen; 0 where none is kept. */
  averagedCount(): number;
  parameter(index: number, averaged: boolean): Float32Array;
  setParameters(parameters: readonly Float32Array[]): void;
  /** Running statistics, as {@link NativeTrainerOptions.statistics} has them. */
  statistic(index: number, averaged: boolean): Float32Array;
  setStatistics(statistics: readonly Float32Array[]): void;
  refreshStatistics(dataset: NativeDataset, batchSize: number, averaged: boolean): Promise<void>;
  dispose(): void;
}

/** Types of the addon's trainer; native/napi/trainer/*.cc. */
import type { NativeDataset, NativeSampling } from './data.js';
import type { NativeLayer } from './layer.js';
import type { averageKinds, distributions } from './names.js';
import type { NativeStepperOptions } from './optimizer.js';
import type { NativeSnapshot, NativeState } from './state.js';

/** Sums over examples. */
export interface NativeMetrics {
  readonly lossSum: number;
  readonly correct: number;
  readonly examples: number;
}

/** The sums that an evaluation adds up besides the loss; native/train/watch/metric_sums.h. */
export interface NativeMetricRequest {
  readonly confusion: boolean;
  /** The number of ranks of the label that are counted, beginning with rank 0. */
  readonly top: number;
  readonly auc: boolean;
  readonly errors: boolean;
}

/** The sums of an evaluation. */
export interface NativeMetricTotals {
  /** The confusion matrix, [actual, predicted]. */
  readonly confusion: Float64Array;
  /** The number of rows whose label has rank i. */
  readonly top: Float64Array;
  /** The area under the ROC curve of each column; NaN where a class never occurs. */
  readonly auc: Float64Array;
  /** [column, 3]: sums of |error|, error² and (label − mean)². */
  readonly errors: Float64Array;
  readonly rows: number;
  /** Rows with a NaN; no other sum but `rows` includes them. */
  readonly unordered: number;
}

/** The progress of a run of steps; sums begin at the run's first step. */
export interface NativeTrainProgress extends NativeMetrics {
  readonly steps: number;
  readonly skipped: number;
  /** The gradient's norm at the last step; absent where it was not measured. */
  readonly gradientNorm?: number;
  readonly lastLoss: number;
  readonly cancelled: boolean;
  /** The monitor's sums since the last report; native/train/watch/monitor.h has the layout. */
  readonly seen?: Float64Array;
  /** A bit for each relu unit: 1 where the monitor saw it above 0 in this epoch. A later run may continue from it. */
  readonly alive?: Uint8Array;
  /** The mean loss of each step, where `keepLosses` asks for them. */
  readonly losses?: Float64Array;
}

/** The progress of a run within an epoch, as a checkpoint keeps it. */
export type NativeEpochProgress = Omit<
  NativeTrainProgress,
  'cancelled' | 'seen' | 'alive' | 'losses'
>;

/** The rest of one epoch. */
export interface NativeTrainRequest {
  readonly dataset: NativeDataset;
  /** Checked before the first step for labels that the loss refuses. */
  readonly validation?: NativeDataset | undefined;
  readonly epoch: number;
  /** The part of the epoch that earlier runs have done; undefined at the epoch's beginning. */
  readonly before?: NativeEpochProgress | undefined;
  /** Rows of one step. */
  readonly batchSize: number;
  /** Rows that are gathered at a time, a divisor of the batch size. Default the batch size. */
  readonly partRows?: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly sampling?: NativeSampling | undefined;
  readonly settings: Float64Array;
  /** Indices of the settings that change from step to step. */
  readonly columns: Float64Array;
  /** Values of these settings, [steps][columns], from the epoch's first step on. */
  readonly rates: Float64Array;
  /** The most steps of the epoch that are taken; all where absent. */
  readonly mostSteps?: number;
  /** True where the last report has the loss of every step. */
  readonly keepLosses?: boolean;
  /** A monitor looks at each step whose number is a multiple of this; at none where absent. */
  readonly monitorEvery?: number;
  /** The last `alive` of the epoch, where an earlier run has begun it. */
  readonly monitorAlive?: Uint8Array | undefined;
  /** Each step whose number is a multiple of this is computed twice and compared; none where absent. */
  readonly guardEvery?: number;
  /** Filled between two steps: at multiples of `snapshotEverySteps`, and when JavaScript asks. */
  readonly snapshot?: NativeSnapshot | undefined;
  /** The step count is compared with multiples of this; 0 fills the snapshot only when JavaScript asks. */
  readonly snapshotEverySteps?: number;
  /** True where the loop waits until a full snapshot is released; false where it skips the copy. */
  readonly snapshotWaits?: boolean;
}

/** An average of the weights; native/train/step/average.h. */
export interface NativeAverage {
  readonly kind: (typeof averageKinds)[number];
  readonly warmup: number;
  readonly first: number;
  readonly every: number;
  readonly byEpoch: boolean;
}

/** Distribution and standard deviation of a parameter's initial values. */
export interface NativeInitial {
  readonly distribution: (typeof distributions)[number];
  /** The constant, or the standard deviation of the values. */
  readonly value: number;
}

/** Options of `new native.Trainer`. */
export interface NativeTrainerOptions extends Omit<NativeStepperOptions, 'parameters'> {
  readonly layers: readonly NativeLayer[];
  readonly initials: readonly NativeInitial[];
  /** Running statistics: the mean, then the variance of each batch norm. */
  readonly statistics: readonly {
    readonly name: string;
    readonly length: number;
    readonly initial: number;
  }[];
  readonly loss: string;
  readonly lossParameter: number;
  readonly labelSmoothing: number;
  readonly average?: NativeAverage;
  readonly seed: bigint;
  /** The most bytes that the trainer may hold; without a limit where absent. */
  readonly memoryLimit?: number | undefined;
}

/** An engine and its thread, which runs one job at a time; native/napi/trainer/trainer.cc. */
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
  /** Returns the float32 tensors of a snapshot in their order: `parameters/NAME`, `slots/SLOT/NAME`, … */
  state(): readonly { readonly name: string; readonly length: number }[];
  /** Throws CORRUPTION where the state has changed since a guarded run. */
  checkIdle(): void;
  /** Copies the state into a snapshot of its size; throws CORRUPTION as `checkIdle` does. */
  save(snapshot: NativeSnapshot): Promise<void>;
  /** Copies the state from a snapshot of its size. */
  load(snapshot: NativeSnapshot): Promise<void>;
  predict(
    inputs: Float32Array,
    rows: number,
    outputs: number,
    batchSize: number,
    averaged: boolean,
  ): Promise<Float32Array>;
  /** Returns the gradient of the mean loss over all rows, the parameters one after another. */
  fullGradients(
    dataset: NativeDataset,
    batchSize: number,
  ): Promise<NativeMetrics & { readonly gradient: Float64Array }>;
  /** Layers act as in training where `dropoutRates` has the rate of each dropout layer, in their order. */
  gradients(
    dataset: NativeDataset,
    rows: Uint32Array,
    dropoutRates?: Float64Array,
  ): { readonly loss: number; readonly gradients: readonly Float32Array[] };
  cancel(): void;
  /** Returns the native memory of the trainer in bytes, for its largest batch so far and without data sets. */
  bytes(): number;
  /** Throws MEMORY where so many more bytes would exceed the memory limit. */
  requireMemory(bytes: number): void;
  /** Returns the number of steps taken so far. */
  stepCount(): number;
  /** Returns how many times the weights entered the average; 0 where no average is kept. */
  averagedCount(): number;
  parameter(index: number, averaged: boolean): Float32Array;
  setParameters(parameters: readonly Float32Array[]): void;
  /** Returns running statistics by their index in {@link NativeTrainerOptions.statistics}. */
  statistic(index: number, averaged: boolean): Float32Array;
  setStatistics(statistics: readonly Float32Array[]): void;
  refreshStatistics(dataset: NativeDataset, batchSize: number, averaged: boolean): Promise<void>;
  dispose(): void;
}

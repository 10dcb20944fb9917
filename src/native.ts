/** Finds and types the addon. Nothing else in the package touches it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type { NativeAverage } from './average/weights.js';
import type { OperationTwin } from './device.js';
import { ThalwegError } from './errors.js';
import type { InitialDistribution } from './nn/initializer.js';
import type { NativeLayer } from './nn/layer.js';

/** One update rule of the addon. */
export interface NativeRule {
  readonly name: string;
  readonly hyper: readonly string[];
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
}

/** Saved state of a native stepper; `slots[tensor][slot]`. */
export interface NativeStepperState {
  readonly step: number;
  readonly skipped: number;
  readonly scalars: Float64Array;
  readonly slots: readonly (readonly Float32Array[])[];
}

/** An optimizer over arrays that JavaScript owns; native/napi/stepper.cc. */
export interface NativeStepper {
  /** Tensor `index` takes its gradient from this array until told otherwise. */
  point(index: number, gradient: Float32Array): void;
  /** The gradient norm, NaN where not measured, -1 where skipped. */
  step(settings: Float64Array): number;
  save(): NativeStepperState;
  load(state: NativeStepperState): void;
  dispose(): void;
}

/** What `new native.Stepper` takes. */
export interface NativeStepperOptions {
  readonly rule: string;
  readonly groupCount: number;
  readonly names: readonly string[];
  readonly lengths: readonly number[];
  readonly groups: readonly number[];
  readonly parameters: readonly Float32Array[];
  readonly device: string;
}

/** Rows in native memory; native/napi/dataset.cc. */
export interface NativeDataset {
  dispose(): void;
}

/** What `new native.Dataset` takes; arrays are copied. */
export interface NativeDatasetOptions {
  readonly inputs: Float32Array | Uint8Array;
  readonly rows: number;
  readonly features: number;
  readonly scale: number;
  readonly offset: number;
  readonly labels: Int32Array | Float32Array | undefined;
  readonly labelWidth: number;
}

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
  /** Mean loss of each step, where they were asked for. */
  readonly losses?: Float64Array;
}

/** Where a run stood in an epoch, as a checkpoint keeps it. */
export type NativeEpochProgress = Omit<NativeTrainProgress, 'cancelled' | 'seen' | 'losses'>;

/** The rest of one epoch. */
export interface NativeTrainRequest {
  readonly dataset: NativeDataset;
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
  /** Steps that it divides are taken twice, and compared; none where it is absent. */
  readonly guardEvery?: number;
  /** Filled between two steps: where the trainer's step count is a multiple, and when asked to. */
  readonly snapshot?: NativeSnapshot | undefined;
  /** 0: only when asked to. */
  readonly snapshotEverySteps?: number;
  /** Whether the loop waits for a full snapshot to be released rather than leave one out. */
  readonly snapshotWaits?: boolean;
}

/** What a step counts on the host. */
export interface NativeCounters {
  readonly step: number;
  readonly skipped: number;
  /** [groups][rule's scalars], then those of an average */
  readonly scalars: Float64Array;
}

/** Where a checkpoint comes from: a snapshot, or a trainer between two runs. */
export interface NativeState {
  /** Copies bytes from `offset` on. */
  read(offset: number, target: Uint8Array): void;
  counters(): NativeCounters;
}

/** A copy of a trainer's state; native/napi/snapshot.cc. */
export interface NativeSnapshot extends NativeState {
  write(offset: number, source: Uint8Array): void;
  setCounters(counters: NativeCounters): void;
  /** A run under way fills it as soon as it is free, between two steps. */
  ask(): void;
  /** What a run filled has been read. */
  release(): void;
  dispose(): void;
}

/** XXH64 of bytes that come in pieces; native/napi/checksum.cc. */
export interface NativeChecksum {
  update(bytes: Uint8Array): void;
  /** 16 hexadecimal digits. */
  digest(): string;
}

/** Holds a file until it is released, or the process ends; native/napi/file_lock.cc. */
export interface NativeFileLock {
  release(): void;
}

/** What `new native.Trainer` takes. */
export interface NativeTrainerOptions extends Omit<NativeStepperOptions, 'parameters'> {
  readonly layers: readonly NativeLayer[];
  readonly initials: readonly InitialDistribution[];
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
  gradients(
    dataset: NativeDataset,
    rows: Uint32Array,
    training: boolean,
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

/** A step over the addon's own arena, for benchmarks; native/napi/arena_step.cc. */
export interface NativeArenaStep {
  step(settings: Float64Array): void;
  dispose(): void;
}

/** A recorded step on a GPU, for benchmarks; native/napi/queued_step.cc. */
export interface NativeQueuedStep {
  /** Replays it so many times; the seconds of one. */
  replay(count: number): number;
  dispose(): void;
}

/** Which rows an epoch visits; native/napi/sampling.cc. */
export interface NativeSampling {
  info(): { readonly length: number; readonly draws: number; readonly fingerprint: string };
  /** Of drawing with replacement: each column's own chance, and whose the rest is; for tests. */
  table(): { readonly chances: Float64Array; readonly aliases: Uint32Array };
  dispose(): void;
}

/** What `new native.Sampling` takes; arrays are copied. `draws` 0 is the default. */
export type NativeSamplingOptions =
  | { readonly weights: Float64Array; readonly replacement: boolean; readonly draws: number }
  | { readonly labels: Int32Array | NativeDataset };

/** Which order; `threads` and `isa` (tests) change no bit of it. */
export interface NativeOrderOptions {
  readonly length: number;
  readonly seed: bigint;
  readonly epoch: number;
  readonly exact: boolean;
  /** Takes the place of the permutation. */
  readonly sampling?: NativeSampling | undefined;
  /** Rows of a batch and shards, which stratified orders follow. */
  readonly batch?: number;
  readonly world?: number;
  readonly threads?: number;
  readonly isa?: string;
}

/** The order of an epoch; native/napi/order.cc. */
export interface NativeOrder {
  /** Fills `out` with the rows at positions first, first + stride, … */
  indices(first: number, stride: number, out: Uint32Array | Float64Array): void;
  dispose(): void;
}

/** One GPU; native/backends/cuda/plugin.h. */
export interface NativeCudaDevice {
  /** `cuda:0` and on. */
  readonly name: string;
  readonly description: string;
  readonly uuid: string;
  readonly bytes: number;
  /** Why it cannot serve; empty where it can. */
  readonly refusal: string;
}

/** What a search for GPUs found; `missing` says what it lacked where there are no devices. */
export interface NativeCudaStatus {
  readonly devices: readonly NativeCudaDevice[];
  readonly missing: string;
  readonly remedy: string;
}

/** What the addon exports; the C++ side of each entry is in native/napi/. */
export interface Native {
  initialize(errorClass: typeof ThalwegError): void;
  /** No job of any thread begins any more, and the running ones stop: the process ends. */
  endJobs(): void;
  isa(): string;
  threadCount(): number;
  /** 0 restores the default. */
  setThreadCount(count: number): void;
  rules(): readonly NativeRule[];
  /** The GPUs, or why there are none. */
  cudaStatus(): NativeCudaStatus;
  /** The numbered name of `cuda`, `cuda:1` or `cuda:GPU-…`; throws NO_DEVICE. */
  findCuda(name: string): string;
  /** Which implementation serves each operation of a device. */
  twins(device: string): readonly OperationTwin[];
  /** One operation of native/ops/ops.def with the fields of its struct, in place; for tests. */
  runOperation(
    device: string,
    name: string,
    fields: Readonly<Record<string, number | bigint | Float32Array | Int32Array | undefined>>,
  ): { readonly sum: number; readonly correct: number };
  /** Philox4x32-10 of counter words c0…c3 and key words k0, k1. */
  philox(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): number[];
  /** Four words of the random stream (seed, purpose, epoch, window), as in core/random.h. */
  randomWords(
    seed: bigint,
    purpose: number,
    epoch: bigint,
    window: bigint,
    index: bigint,
  ): number[];
  /** An exactly uniform permutation into `out`. */
  exactPermutation(options: NativeOrderOptions, out: Uint32Array): void;
  shuffledIndex(length: number, seed: bigint, epoch: number, position: number): number;
  /** The index cipher with any even number of rounds, at any length, for tests. */
  cipherIndices(
    options: NativeOrderOptions & { readonly rounds: number },
    first: number,
    out: Float64Array,
  ): void;
  gather(
    dataset: NativeDataset,
    indices: Uint32Array,
    inputs: Float32Array,
    labels: Int32Array | Float32Array | undefined,
    execution: { readonly threads?: number; readonly isa?: string },
  ): void;
  /** XXH64 of a data set's shape and values: 16 hexadecimal digits. */
  fingerprint(dataset: NativeDataset): string;
  Checksum: new () => NativeChecksum;
  FileLock: new (file: string, owner: string) => NativeFileLock;
  Snapshot: new (bytes: number) => NativeSnapshot;
  Dataset: new (options: NativeDatasetOptions) => NativeDataset;
  Trainer: new (options: NativeTrainerOptions) => NativeTrainer;
  /** With `probe`, the step's memory traffic without its arithmetic. */
  ArenaStep: new (
    options: Omit<NativeStepperOptions, 'parameters' | 'device'> & {
      readonly probe: boolean;
      readonly averages: boolean;
    },
  ) => NativeArenaStep;
  /** For benchmarks; `what`: 0 the step, 1 its memory traffic, 2 a copy of as much, 3 nothing. */
  QueuedStep: new (
    options: Omit<NativeStepperOptions, 'parameters'> & {
      readonly what: number;
      readonly averages: boolean;
      readonly settings: Float64Array;
    },
  ) => NativeQueuedStep;
  /** For benchmarks: all rows of a data set, by an order that is evaluated or listed beforehand. */
  QueuedGather: new (options: {
    readonly device: string;
    readonly dataset: NativeDataset;
    readonly listed: boolean;
  }) => NativeQueuedStep;
  Stepper: new (options: NativeStepperOptions) => NativeStepper;
  Order: new (options: NativeOrderOptions) => NativeOrder;
  Sampling: new (options: NativeSamplingOptions) => NativeSampling;
}

const root = join(__dirname, '..');

/** Where an addon may lie, best first: an explicit file, a local build, a prebuilt one. */
function candidates(): string[] {
  const explicit = process.env['THALWEG_ADDON'];
  return [
    ...(explicit ? [explicit] : []),
    join(root, 'build', 'Release', 'thalweg.node'),
    join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'thalweg.node'),
  ];
}

/**
 * OpenMP's threads by default spin for milliseconds at the end of each parallel loop. On a machine
 * with anything else to do that makes training 20 to 70 times slower, so they spin for some ten
 * microseconds and then sleep (docs/decisions/0004). libgomp reads the variable once, when it is
 * loaded; one that the user set wins.
 */
function withShortSpins<T>(body: () => T): T {
  const { env } = process;
  if (env['GOMP_SPINCOUNT'] !== undefined || env['OMP_WAIT_POLICY'] !== undefined) return body();
  env['GOMP_SPINCOUNT'] = '4000';
  try {
    return body();
  } finally {
    delete env['GOMP_SPINCOUNT'];
  }
}

/** Loads an addon; it has nothing to make a coded error of before it is loaded. */
function open(file: string): Native {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon can only be required
    return require(file) as Native;
  } catch (error) {
    if (!(error instanceof Error && error.message === 'std::bad_alloc')) throw error;
    throw new ThalwegError({
      code: 'MEMORY',
      path: file,
      received: 'out of memory',
      expected: 'enough free memory to load the addon',
    });
  }
}

function load(): Native {
  const files = candidates();
  const file = files.find(existsSync);
  if (file === undefined)
    throw new ThalwegError({
      code: 'MISSING',
      path: 'thalweg.node',
      received: `none of ${files.join(', ')}`,
      expected: `the native addon for ${process.platform}-${process.arch}`,
      remedy: 'build it with script/build',
    });
  const addon = withShortSpins(() => open(file));
  addon.initialize(ThalwegError);
  // process.exit() destroys what trainers compute with while they do; hence they stop before.
  // A worker's own end is the addon's affair.
  if (isMainThread)
    process.once('exit', () => {
      addon.endJobs();
    });
  return addon;
}

/** The loaded addon. */
export const native: Native = load();

/** All that the addon exports. */
import type { ThalwegError } from '../errors.js';
import type { NativeArenaStep, NativeQueuedStep } from './bench.js';
import type { Gpu, OperationImplementation } from './devices.js';
import type {
  NativeDataset,
  NativeDatasetOptions,
  NativeOrder,
  NativeOrderOptions,
  NativeSampling,
  NativeSamplingOptions,
} from './data.js';
import type { NativeRule, NativeStepper, NativeStepperOptions } from './optimizer.js';
import type { NativeChecksum, NativeFileLock, NativeSnapshot } from './state.js';
import type { NativeTrainer, NativeTrainerOptions } from './trainer.js';

/** What a search for GPUs found; `missing` says what it lacked where there are no devices. */
export interface NativeCudaStatus {
  readonly devices: readonly Gpu[];
  readonly missing: string;
  readonly remedy: string;
}

/** Classes of the arrays that the addon gives. */
export interface NativeArrayClasses {
  readonly Float32Array: Float32ArrayConstructor;
  readonly Float64Array: Float64ArrayConstructor;
  readonly Uint32Array: Uint32ArrayConstructor;
  readonly Uint8Array: Uint8ArrayConstructor;
}

/** What the addon exports; the C++ side of each entry is in native/napi/. */
export interface Native {
  /** Errors and arrays are of these classes from now on: those of the realm that asked last. */
  initialize(errorClass: typeof ThalwegError, arrays?: NativeArrayClasses): void;
  /** No job of any thread begins any more, and the running ones stop: the process ends. */
  endJobs(): void;
  isa(): string;
  /** How many threads a parallel loop may use at this moment, and why so many. */
  threads(): { readonly count: number; readonly reason: string };
  /** 0 restores the default. */
  setThreadCount(count: number): void;
  rules(): readonly NativeRule[];
  /** The GPUs, or why there are none. */
  cudaStatus(): NativeCudaStatus;
  /** The numbered name of `cuda`, `cuda:1` or `cuda:GPU-…`; throws NO_DEVICE. */
  findCuda(name: string): string;
  /** Which implementation serves each operation of a device. */
  twins(device: string): readonly OperationImplementation[];
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
  /** XXH64 of a data set's shape and values: `next` gives 16 hexadecimal digits when all is through. */
  Fingerprint: new (dataset: NativeDataset) => { next(): string | undefined };
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

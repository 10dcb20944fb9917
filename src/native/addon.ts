/** All that the addon exports. */
import type { ThalwegError } from '../errors.js';
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
interface NativeCudaStatus {
  readonly devices: readonly Gpu[];
  readonly missing: string;
  readonly remedy: string;
}

/** Classes of the arrays that the addon gives. */
interface NativeArrayClasses {
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
  /** The numbered name of `cuda`, `cuda:1`, `cuda:GPU-…` or `cuda:MIG-…`; throws NO_DEVICE. */
  findCuda(name: string): string;
  /** Which implementation serves each operation of a device. */
  twins(device: string): readonly OperationImplementation[];
  /** An exactly uniform permutation into `out`. */
  exactPermutation(options: NativeOrderOptions, out: Uint32Array): void;
  shuffledIndex(length: number, seed: bigint, epoch: number, position: number): number;
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
  Stepper: new (options: NativeStepperOptions) => NativeStepper;
  Order: new (options: NativeOrderOptions) => NativeOrder;
  Sampling: new (options: NativeSamplingOptions) => NativeSampling;
}

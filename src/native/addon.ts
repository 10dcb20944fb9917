/** Types of all that the addon exports. */
import type { ThalwegError } from '../errors.js';
import type { Gpu, OperationImplementation } from './devices.js';
import type {
  NativeDataset,
  NativeDatasets,
  NativeOrder,
  NativeOrderOptions,
  NativeSampling,
  NativeSamplingOptions,
} from './data.js';
import type { NativeNames } from './names.js';
import type { NativeRule, NativeStepper, NativeStepperOptions } from './optimizer.js';
import type { NativePredictor, NativePredictorOptions } from './predictor.js';
import type { NativeChecksum, NativeFileLock, NativeSnapshot } from './state.js';
import type { NativeTables } from './table.js';
import type { NativeTrainer, NativeTrainerOptions } from './trainer.js';

/** The result of a search for GPUs. Where `devices` is empty, `missing` says what the system lacks. */
interface NativeCudaStatus {
  readonly devices: readonly Gpu[];
  readonly missing: string;
  readonly remedy: string;
}

/** Classes of the arrays that the addon returns. */
interface NativeArrayClasses {
  readonly Float32Array: Float32ArrayConstructor;
  readonly Float64Array: Float64ArrayConstructor;
  readonly Uint32Array: Uint32ArrayConstructor;
  readonly Uint8Array: Uint8ArrayConstructor;
}

/** The addon's exports; native/napi/ has the C++ side of each. */
export interface Native extends NativeDatasets, NativeTables {
  /** Sets the classes of errors and arrays that the addon makes; the last call counts. */
  initialize(errorClass: typeof ThalwegError, arrays?: NativeArrayClasses): void;
  /** Stops the jobs of all threads and begins no other, because the process ends. */
  endJobs(): void;
  readonly names: NativeNames;
  isa(): string;
  /** Returns how many threads a parallel loop may use now, and the reason for this number. */
  threads(): { readonly count: number; readonly reason: string };
  /** Sets the number of threads; 0 restores the default. */
  setThreadCount(count: number): void;
  rules(): readonly NativeRule[];
  /** Returns the GPUs, or the reason why there are none. */
  cudaStatus(): NativeCudaStatus;
  /** Returns the form `cuda:N` of `cuda`, `cuda:1`, `cuda:GPU-…` or `cuda:MIG-…`; throws NO_DEVICE. */
  findCuda(name: string): string;
  /** Returns the implementation that serves each operation of a device. */
  implementations(device: string): readonly OperationImplementation[];
  /** Writes an exactly uniform permutation into `out`. */
  exactPermutation(options: NativeOrderOptions, out: Uint32Array): void;
  shuffledIndex(length: number, seed: bigint, epoch: number, position: number): number;
  /** Fills `out` with the Philox words of a trial's stream, four for each counter from `first` on. */
  trialWords(seed: bigint, trial: number, use: number, first: number, out: Uint32Array): void;
  gather(
    dataset: NativeDataset,
    indices: Uint32Array,
    inputs: Float32Array,
    labels: Int32Array | Float32Array | undefined,
    execution: { readonly threads?: number; readonly isa?: string },
  ): void;
  /** Computes XXH64 of a data set's shape and values. The last call of `next` returns 16 hexadecimal digits. */
  Fingerprint: new (dataset: NativeDataset) => { next(): string | undefined };
  Checksum: new () => NativeChecksum;
  FileLock: new (file: string, owner: string) => NativeFileLock;
  Snapshot: new (bytes: number) => NativeSnapshot;
  Trainer: new (options: NativeTrainerOptions) => NativeTrainer;
  Stepper: new (options: NativeStepperOptions) => NativeStepper;
  Order: new (options: NativeOrderOptions) => NativeOrder;
  Predictor: new (options: NativePredictorOptions) => NativePredictor;
  Sampling: new (options: NativeSamplingOptions) => NativeSampling;
}

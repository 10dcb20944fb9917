/**
 * The lab is a second addon, beside the one that ships: it has the entries that only tests and benchmarks
 * call. Its C++ side is native/lab/. It computes with the same objects, on threads of its own.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ThalwegError } from '../src/errors.js';
import {
  type Native,
  type NativeDataset,
  type NativeOrderOptions,
  type NativeStepperOptions,
  addonFile,
} from '../src/native.js';

/** A step over the lab's own arena. */
export interface ArenaStep {
  step(settings: Float64Array): void;
  dispose(): void;
}

/** Operations that are recorded on a GPU. */
export interface Replay {
  /** Replays it so many times; the seconds of one. */
  replay(count: number): number;
  dispose(): void;
}

/** The table that draws with replacement read: each column's own chance, and whose the rest is. */
export interface AliasTable {
  readonly chances: Float64Array;
  readonly aliases: Uint32Array;
}

/** c [m, n] = op(a) op(b) + bias, as native/backends/product.h has it. */
export interface ProductFields {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly c: Float32Array;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: 0 | 1;
  readonly transposeB: 0 | 1;
  readonly bias?: Float32Array | undefined;
  readonly activation?: 'none' | 'relu';
}

/** The way in which a product is cut, as native/backends/cpu/product_plan.h has it. */
export interface ProductPlan {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly logVectors: number;
  readonly packsA: 0 | 1;
  readonly packsB: 0 | 1;
}

/** The exports of the lab. */
export interface Lab extends Pick<
  Native,
  | 'initialize'
  | 'setThreadCount'
  | 'gather'
  | 'Dataset'
  | 'Fingerprint'
  | 'Order'
  | 'Sampling'
  | 'Snapshot'
  | 'Trainer'
> {
  /** Rows in records of inputs and labels, the last row first. */
  RecordDataset: Native['Dataset'];
  /** Runs one operation of native/ops/ops.def with the fields of its struct, in place. */
  runOperation(
    device: string,
    name: string,
    fields: Readonly<
      Record<
        string,
        number | bigint | string | Float32Array | Float64Array | Int32Array | undefined
      >
    >,
  ): { readonly sum: number; readonly correct: number };
  /**
   * Computes a product so many times, by the lanes of an instruction set, or by plain loops. Without a
   * plan it is cut as usual.
   */
  product(
    lanes: 'plain' | 'baseline' | 'avx2' | 'avx512',
    fields: ProductFields,
    plan: ProductPlan | undefined,
    times: number,
  ): void;
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
  /** The index cipher with any even number of rounds, at any length. */
  cipherIndices(
    options: Pick<NativeOrderOptions, 'length' | 'seed' | 'epoch'> & { readonly rounds: number },
    first: number,
    out: Float64Array,
  ): void;
  aliasTable(weights: Float64Array): AliasTable;
  /** With `probe`, the step's memory traffic without its arithmetic. */
  ArenaStep: new (
    options: Omit<NativeStepperOptions, 'parameters' | 'device'> & {
      readonly probe: boolean;
      readonly averages: boolean;
    },
  ) => ArenaStep;
  /** `what`: 0 the step, 1 its memory traffic, 2 a copy of as much, 3 nothing. */
  QueuedStep: new (
    options: Omit<NativeStepperOptions, 'parameters'> & {
      readonly what: number;
      readonly averages: boolean;
      readonly sparse: boolean;
      readonly settings: Float64Array;
    },
  ) => Replay;
  /** All rows of a data set of the lab's, by an order that is evaluated or listed beforehand. */
  QueuedGather: new (options: {
    readonly device: string;
    readonly dataset: NativeDataset;
    readonly listed: boolean;
  }) => Replay;
}

/** The lab of the build that the tests run. */
export const lab = createRequire(addonFile)(
  join(dirname(addonFile), 'thalweg_lab.node'),
) as unknown as Lab;
lab.initialize(ThalwegError, { Float32Array, Float64Array, Uint32Array, Uint8Array });

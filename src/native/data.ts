/** Types of data sets and of the orders in which epochs visit them; native/napi/{dataset,sampling,order}.cc. */

/** A data set in native memory; native/napi/data/dataset.cc. */
export interface NativeDataset {
  info(): {
    readonly rows: number;
    readonly features: number;
    readonly labelKind: 'none' | 'sparse' | 'dense';
    readonly labelWidth: number;
    readonly weighted: boolean;
    readonly id: string;
  };
  /** Fills `out` with the class of each row. */
  classes(out: Int32Array): void;
  /** Fills `out` with the rows, from `first` on, of the data set that a view looks at. */
  sourceRows(first: number, out: Uint32Array): void;
  dispose(): void;
}

/** Options of `new native.Dataset`, which copies the arrays. */
interface NativeDatasetOptions {
  readonly inputs: Float32Array | Uint8Array;
  readonly rows: number;
  readonly features: number;
  readonly scale: number;
  readonly offset: number;
  readonly labels: Int32Array | Float32Array | undefined;
  readonly labelWidth: number;
}

/** The rows of a view: runs [first, count, first, count, …], a list, or all rows in an order of a seed. */
export type NativeViewRows =
  { readonly runs: Float64Array } | { readonly rows: Uint32Array } | { readonly seed: bigint };

/** The classes of data sets. Handles of all classes serve alike. */
export interface NativeDatasets {
  Dataset: new (options: NativeDatasetOptions) => NativeDataset;
  /** Some rows of another data set; native/napi/data/dataset_views.cc. */
  DatasetView: new (options: { readonly of: NativeDataset } & NativeViewRows) => NativeDataset;
  /** Data sets one after another. */
  ConcatDataset: new (options: { readonly parts: readonly NativeDataset[] }) => NativeDataset;
  WeightedDataset: new (options: {
    readonly of: NativeDataset;
    readonly weights: Float32Array;
  }) => NativeDataset;
  WindowDataset: new (options: {
    readonly of: NativeDataset;
    readonly length: number;
    readonly horizon: number;
    readonly stride: number;
  }) => NativeDataset;
  /** Another handle of a data set of this process. */
  SharedDataset: new (options: { readonly id: string }) => NativeDataset;
}

/** A rule that chooses the rows of an epoch; native/napi/data/sampling.cc. */
export interface NativeSampling {
  info(): { readonly length: number; readonly draws: number; readonly fingerprint: string };
  dispose(): void;
}

/** Options of `new native.Sampling`, which copies the arrays. Where `draws` is 0, the default number counts. */
export type NativeSamplingOptions =
  | { readonly weights: Float64Array; readonly replacement: boolean; readonly draws: number }
  | { readonly labels: Int32Array | NativeDataset };

/** The options that determine an order. Tests set `threads` and `isa`, which change no bit of it. */
export interface NativeOrderOptions {
  readonly length: number;
  readonly seed: bigint;
  readonly epoch: number;
  readonly exact: boolean;
  /** True makes the order of a view, which no epoch has. Default false. */
  readonly view?: boolean;
  /** Chooses the rows instead of a permutation. */
  readonly sampling?: NativeSampling | undefined;
  /** The rows of one batch; a stratified order depends on them. */
  readonly batch?: number;
  /** The number of shards; a stratified order depends on it. */
  readonly world?: number;
  readonly threads?: number;
  readonly isa?: string;
}

/** The order of an epoch; native/napi/data/order.cc. */
export interface NativeOrder {
  /** Fills `out` with the rows at positions first, first + stride, … */
  indices(first: number, stride: number, out: Uint32Array | Float64Array): void;
  dispose(): void;
}

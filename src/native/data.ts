/** Data sets and the orders in which epochs visit them; native/napi/{dataset,sampling,order}.cc. */

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

/** Which rows an epoch visits; native/napi/sampling.cc. */
export interface NativeSampling {
  info(): { readonly length: number; readonly draws: number; readonly fingerprint: string };
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

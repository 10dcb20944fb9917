/** The optimizers of the addon, over arrays that JavaScript owns; native/napi/stepper.cc. */

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
  /** Which tensors no step moves; none where it is absent. */
  readonly frozen?: readonly boolean[];
  readonly parameters: readonly Float32Array[];
  readonly device: string;
}

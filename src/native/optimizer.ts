/** Types of the addon's optimizers over arrays that JavaScript owns; native/napi/trainer/stepper.cc. */

/** One update rule of the addon. */
export interface NativeRule {
  readonly name: string;
  readonly hyper: readonly string[];
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
}

/** The saved state of a native stepper; `slots` has the shape [tensor][slot]. */
export interface NativeStepperState {
  readonly step: number;
  readonly skipped: number;
  readonly scalars: Float64Array;
  readonly slots: readonly (readonly Float32Array[])[];
}

/** An optimizer over arrays that JavaScript owns; native/napi/trainer/stepper.cc. */
export interface NativeStepper {
  /** Sets the array from which tensor `index` takes its gradient from now on. */
  point(index: number, gradient: Float32Array): void;
  /** Takes a step. Returns the gradient's norm, undefined where it was not measured, or `'skipped'`. */
  step(settings: Float64Array): number | undefined | 'skipped';
  save(): NativeStepperState;
  load(state: NativeStepperState): void;
  dispose(): void;
}

/** Options of `new native.Stepper`. */
export interface NativeStepperOptions {
  readonly rule: string;
  readonly groupCount: number;
  readonly names: readonly string[];
  readonly lengths: readonly number[];
  readonly groups: readonly number[];
  /** True for each tensor that no step changes; where absent, steps change all. */
  readonly frozen?: readonly boolean[];
  readonly parameters: readonly Float32Array[];
  readonly device: string;
}

/** Names that native code and TypeScript share; native/napi/border/names.cc makes them from the .def files. */

/** Distributions of initial values; native/core/distribution.def. */
export const distributions = ['constant', 'uniform', 'normal', 'truncatedNormal'] as const;
/** Kinds of averages of the weights; native/train/step/average.def. */
export const averageKinds = ['none', 'ema', 'running', 'uniform'] as const;

/** Names in the order of the native enumerators. */
export interface NativeNames {
  /** native/core/errors.def */
  readonly errorCodes: readonly string[];
  /** The settings with which a row begins; native/rules/settings.def. */
  readonly stepSettings: readonly string[];
  /** The settings that follow the hyper-parameters of each group. */
  readonly groupSettings: readonly string[];
  /** The settings that follow the groups in a trainer's row; the rates of its dropout layers come last. */
  readonly trainerSettings: readonly string[];
  /** native/train/step/non_finite.def */
  readonly nonFinite: readonly string[];
  /** native/ops/loss.def */
  readonly losses: readonly string[];
  /** native/layers/layers.def */
  readonly layers: readonly string[];
  /** native/ops/activation.def */
  readonly activations: readonly string[];
  /** native/core/distribution.def */
  readonly distributions: readonly string[];
  /** native/data/csv/csv_fault.def */
  readonly csvFaults: readonly string[];
  /** native/train/step/average.def */
  readonly averages: readonly string[];
}

/** Optimizers as descriptions, and the stepper that binds one to the caller's arrays. */
export { adadelta } from './rules/adadelta.js';
export type { AdadeltaOptions } from './rules/adadelta.js';
export { adagrad } from './rules/adagrad.js';
export type { AdagradOptions } from './rules/adagrad.js';
export { adam } from './rules/adam.js';
export type { AdamOptions } from './rules/adam.js';
export { adamW } from './rules/adam-w.js';
export type { AdamWOptions } from './rules/adam-w.js';
export { adamax } from './rules/adamax.js';
export type { AdamaxOptions } from './rules/adamax.js';
export { bind } from './bind.js';
export type { BindOptions, EpochPosition, NamedArrays, StepResult, Stepper } from './bind.js';
export type { StepperState } from './stepper-state.js';
export type { CommonOptions, Optimizer, ParameterGroup } from './define.js';
export { gradientDescent, lbfgs } from './full-batch/full-batch.js';
export type {
  FullBatchMethod,
  GradientDescentMethod,
  GradientDescentOptions,
  LbfgsMethod,
  LbfgsOptions,
} from './full-batch/full-batch.js';
export { lamb } from './rules/lamb.js';
export type { LambOptions } from './rules/lamb.js';
export { lars } from './rules/lars.js';
export type { LarsOptions } from './rules/lars.js';
export { lion } from './rules/lion.js';
export type { LionOptions } from './rules/lion.js';
export { minimize } from './full-batch/minimize.js';
export type { Minimum, ObjectiveFunction } from './full-batch/minimize.js';
export type {
  MinimizeHistory,
  MinimizeIteration,
  MinimizeOptions,
  MinimizeReason,
} from './full-batch/minimize-options.js';
export { momentum } from './rules/momentum.js';
export type { MomentumOptions } from './rules/momentum.js';
export { nadam } from './rules/nadam.js';
export type { NadamOptions } from './rules/nadam.js';
export { nesterov } from './rules/nesterov.js';
export type { NesterovOptions } from './rules/nesterov.js';
export { radam } from './rules/radam.js';
export type { RadamOptions } from './rules/radam.js';
export { rmsprop } from './rules/rmsprop.js';
export type { RmspropOptions } from './rules/rmsprop.js';
export type { ClipOptions, NonFinitePolicy, StepOptions } from './settings.js';
export { sgd } from './rules/sgd.js';

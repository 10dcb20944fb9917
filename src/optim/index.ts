/** Optimizers as descriptions, and the stepper that binds one to the caller's arrays. */
export { adadelta } from './adadelta.js';
export type { AdadeltaOptions } from './adadelta.js';
export { adagrad } from './adagrad.js';
export type { AdagradOptions } from './adagrad.js';
export { adam } from './adam.js';
export type { AdamOptions } from './adam.js';
export { adamW } from './adam-w.js';
export type { AdamWOptions } from './adam-w.js';
export { adamax } from './adamax.js';
export type { AdamaxOptions } from './adamax.js';
export { bind } from './bind.js';
export type { BindOptions, EpochPosition, NamedArrays, StepResult, Stepper } from './bind.js';
export type { StepperState } from './stepper-state.js';
export type { CommonOptions, Optimizer, ParameterGroup } from './define.js';
export { gradientDescent, lbfgs } from './full-batch.js';
export type {
  FullBatchMethod,
  GradientDescentMethod,
  GradientDescentOptions,
  LbfgsMethod,
  LbfgsOptions,
} from './full-batch.js';
export { lamb } from './lamb.js';
export type { LambOptions } from './lamb.js';
export { lars } from './lars.js';
export type { LarsOptions } from './lars.js';
export { lion } from './lion.js';
export type { LionOptions } from './lion.js';
export { minimize } from './minimize.js';
export type { Minimum, ObjectiveFunction } from './minimize.js';
export type {
  MinimizeHistory,
  MinimizeIteration,
  MinimizeOptions,
  MinimizeReason,
} from './minimize-options.js';
export { momentum } from './momentum.js';
export type { MomentumOptions } from './momentum.js';
export { nadam } from './nadam.js';
export type { NadamOptions } from './nadam.js';
export { nesterov } from './nesterov.js';
export type { NesterovOptions } from './nesterov.js';
export { radam } from './radam.js';
export type { RadamOptions } from './radam.js';
export { rmsprop } from './rmsprop.js';
export type { RmspropOptions } from './rmsprop.js';
export type { ClipOptions, NonFinitePolicy, StepOptions } from './settings.js';
export { sgd } from './sgd.js';

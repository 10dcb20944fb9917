/** Schedules of learning rates and other settings. */
export { clamp, scale, sequence } from './combine.js';
export { constant } from './constant.js';
export { cosine, warmRestarts } from './cosine.js';
export { cyclic, oneCycle } from './cycle.js';
export { exponential, inverseSquareRoot, inverseTime, perStepFactor } from './decay.js';
export { piecewise } from './piecewise.js';
export { plateau } from './plateau.js';
export { polynomial } from './polynomial.js';
export { check, valueAt } from './schedule.js';
export { multiStep, stepDecay } from './step-decay.js';
export { warmup } from './warmup.js';
export { warmupStableDecay } from './warmup-stable-decay.js';
export type {
  Clamp,
  ClampOptions,
  Scale,
  ScaleOptions,
  Sequence,
  SequenceOptions,
} from './kinds.js';
export type { Constant } from './constant.js';
export type { Cosine, CosineOptions, WarmRestarts, WarmRestartsOptions } from './cosine.js';
export type { Cyclic, CyclicOptions, OneCycle, OneCycleOptions } from './cycle.js';
export type {
  Exponential,
  ExponentialOptions,
  InverseSquareRoot,
  InverseSquareRootOptions,
  InverseTime,
  InverseTimeOptions,
  PerStepFactor,
  PerStepFactorOptions,
} from './decay.js';
export type { Piecewise, PiecewiseOptions } from './piecewise.js';
export type { Plateau, PlateauOptions } from './plateau.js';
export type { Polynomial, PolynomialOptions } from './polynomial.js';
export type { Position, TimeUnit } from './position.js';
export type { LearningRate, Scheduled, ScheduleFunction } from './schedule.js';
export type { Schedule } from './kinds.js';
export type { MultiStep, MultiStepOptions, StepDecay, StepDecayOptions } from './step-decay.js';
export type { Warmup, WarmupOptions } from './kinds.js';
export type { WarmupStableDecay, WarmupStableDecayOptions } from './warmup-stable-decay.js';

/** Moving averages of numbers and of a model's weights. */
export { betaOf, halfLifeOf, weightsOf, windowOf } from './decay.js';
export { ExponentialAverage, exponential, exponentialStream } from './exponential.js';
export type { Decay } from './decay.js';
export type { ExponentialOptions, ExponentialState } from './exponential.js';
export { ema, polyak, running, swa } from './weights.js';
export type { AveragePace, EmaOptions, RunningOptions, WeightAverage, Weights } from './weights.js';

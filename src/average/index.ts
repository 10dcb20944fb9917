/** Averages that forget. */
export { betaOf, halfLifeOf, weightsOf, windowOf } from './decay.js';
export { ExponentialAverage, exponential, exponentialStream } from './exponential.js';
export type { Decay } from './decay.js';
export type { ExponentialOptions, ExponentialState } from './exponential.js';

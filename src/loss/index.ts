/** Losses as descriptions. */
export { huber, meanSquaredError, sigmoidCrossEntropy, softmaxCrossEntropy } from './loss.js';
export type { Loss, LossName } from './loss.js';

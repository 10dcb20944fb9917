/** Descriptions of losses. */
export { huber, meanSquaredError, sigmoidCrossEntropy, softmaxCrossEntropy } from './loss.js';
export type { AccuracyByLoss, Accurate, Loss, LossName, SmoothingOptions } from './loss.js';

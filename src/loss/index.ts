/** Descriptions of losses. */
export { huber, meanSquaredError, sigmoidCrossEntropy, softmaxCrossEntropy } from './loss.js';
export type { AccuracyByLoss, Accurate, Loss, LossName } from './loss.js';

/** Helpers before a long run: checks, and recommendations of a learning rate and a batch size. */
export { adviseBatchSize } from './batch-size.js';
export { findLearningRate } from './learning-rate.js';
export { sanityCheck } from './sanity.js';
export type { BatchSizeAdvice, BatchSizeOptions, BatchSizeRow } from './batch-size.js';
export type {
  LearningRateFinding,
  LearningRateOptions,
  LearningRatePoint,
} from './learning-rate.js';
export type { SanityCheck, SanityOptions, SanityReport } from './sanity.js';
export type { Subject } from './twin.js';

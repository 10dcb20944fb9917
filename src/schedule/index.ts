/** Schedules of the learning rate. */
export { constant, cosine, exponential, inverseTime, stepDecay, valueAt } from './schedule.js';
export type {
  Constant,
  Cosine,
  CosineOptions,
  Exponential,
  InverseTime,
  LearningRate,
  Schedule,
  StepDecay,
} from './schedule.js';

/** Schedules of the learning rate. */
export { constant, cosine, exponential, inverseTime, stepDecay, valueAt } from './schedule.js';
export type { LearningRate, Schedule } from './schedule.js';

/** Data sets, readers of their files, and the orders in which epochs visit their rows. */
export { Dataset } from './dataset.js';
export { fromArrays } from './from-arrays.js';
export type { FromArraysOptions } from './from-arrays.js';
export { gather } from './gather.js';
export type { Batch, GatherTargets } from './gather.js';
export { idx, parseIdx } from './idx.js';
export type { IdxArray, IdxTensor } from './idx.js';
export { mnist } from './mnist.js';
export type { Mnist } from './mnist.js';
export { permutation, shuffledIndex } from './order.js';
export type { OrderOptions, PermutationOptions } from './order.js';
export { Sampling, balancedWeights, stratified, weighted } from './sampling.js';
export type { StratifiedOptions, WeightedOptions } from './sampling.js';
export { Shuffler } from './shuffler.js';
export type { Shard } from './shard.js';
export type { ShufflerOptions, ShufflerState } from './shuffler.js';
export * from '../table/index.js';

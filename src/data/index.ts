/** Data sets and their files. */
export { Dataset, fromArrays } from './dataset.js';
export type { FromArraysOptions } from './dataset.js';
export { idx, parseIdx } from './idx.js';
export type { IdxArray, IdxTensor } from './idx.js';
export { mnist } from './mnist.js';
export type { Mnist } from './mnist.js';

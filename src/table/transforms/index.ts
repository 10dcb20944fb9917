/** Transforms of columns: what makes inputs of a network of numbers, categories, dates and texts. */
export { oneHot, ordinal } from './categories.js';
export type { OneHot, OneHotOptions, Ordinal } from './categories.js';
export { cyclic } from './cyclic.js';
export type { Cyclic, CyclicPeriod } from './cyclic.js';
export { impute } from './impute.js';
export type { Impute, ImputeBy, ImputeValue } from './impute.js';
export { log1p } from './log1p.js';
export type { Log1p } from './log1p.js';
export { number } from './number-input.js';
export type { NumberInput } from './number-input.js';
export { minMax, robust, standardize } from './scale.js';
export type { MinMax, Robust, Standardize } from './scale.js';
export { bagOfWords, hashedWords } from './words.js';
export type { BagOfWords, BagOfWordsOptions, HashedWords } from './words.js';

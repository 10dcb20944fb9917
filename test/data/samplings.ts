/** Random weights and labels for samplings. */
import { data } from '../../src/index.js';
import { generator } from '../oracle/random.js';

const random = generator(4);

export const weightsOf = (length: number) =>
  Float64Array.from({ length }, () => (random() < 0.1 ? 0 : random() ** 4));

export const labelsOf = (length: number, classes = 10) =>
  Int32Array.from({ length }, () => Math.floor(classes * random() ** 2));

/** Returns the next batch. */
export function first(shuffler: data.Shuffler): (Uint32Array | Float64Array)[] {
  for (const batch of shuffler) return [batch];
  return [];
}

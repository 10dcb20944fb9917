/** Runs a sampler over a function, one trial after another. */
import { checkSpace } from '../../src/search/parameters.js';
import type { Sampler } from '../../src/search/sampler.js';
import type { AnyValues, Space, TrialRecord } from '../../src/search/index.js';

/** Returns the first trials of a study, each finished before the next begins. */
export function sampled(
  sampler: Sampler,
  space: Space,
  options: {
    readonly trials: number;
    readonly seed?: bigint;
    readonly value?: (values: AnyValues) => number;
    readonly accepts?: (values: AnyValues) => boolean;
  },
): TrialRecord[] {
  const { trials, seed = 0n, value = () => 0, accepts = () => true } = options;
  const parameters = checkSpace('space', space);
  const proposals = sampler.begin({ parameters, seed, maximize: false, accepts });
  const records: TrialRecord[] = [];
  for (let number = 0; number < trials; number++) {
    const { values } = proposals.propose(number, records)!;
    records.push({ number, state: 'complete', values, value: value(values), history: [] });
  }
  return records;
}

/** Returns the least value. */
export const leastOf = (records: readonly TrialRecord[]): number =>
  Math.min(...records.map(({ value }) => value!));

/** Returns the middle of some numbers. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2;
}

/** Exact orders pass the statistics: Fisher-Yates up to 2^16 rows, the bucket shuffle above. */
import { describe, expect, it } from 'vitest';
import { patterns } from '../oracle/permutation-statistics.js';
import {
  type Draw,
  draws,
  exact,
  pValues,
  rejected,
  statisticsOf,
} from '../oracle/shuffle-trials.js';

describe.each(Object.entries<Draw>(draws))('exact orders of %s', (_, draw) => {
  it('are every permutation of 2 to 7 rows equally often', () => {
    for (const [length, count] of [
      [2, 5000],
      [3, 5000],
      [4, 5000],
      [5, 5000],
      [6, 10_000],
      [7, 40_000],
    ] as const) {
      const trial = { shuffle: exact(length), draw, length };
      expect(rejected(pValues(trial, count, { [length]: patterns(length) }))).toEqual([]);
    }
  });

  it.each([
    [1000, 2000],
    [2 ** 16, 40],
    [2 ** 18 + 1, 40],
  ])('pass every statistic over %i rows', (length, count) => {
    const trial = { shuffle: exact(length), draw, length };
    expect(rejected(pValues(trial, count, statisticsOf(length)))).toEqual([]);
  });
});

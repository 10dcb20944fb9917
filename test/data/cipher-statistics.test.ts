/** Orders of the index cipher pass the statistics of shuffles. */
import { describe, expect, it } from 'vitest';
import { tenths } from '../oracle/batch-statistics.js';
import { mallows, parity, patterns } from '../oracle/permutation-statistics.js';
import {
  type Draw,
  draws,
  ordered,
  pValues,
  rejected,
  sampled,
  statisticsOf,
} from '../oracle/shuffle-trials.js';
import { enciphered } from '../oracle/weak-shuffles.js';

describe.each(Object.entries<Draw>(draws))('cipher orders of %s', (_, draw) => {
  it.each([2 ** 16 + 1, 100_003, 2 ** 17])('pass every statistic over %i rows', (length) => {
    const trial = { shuffle: ordered(length), draw, length };
    expect(rejected(pValues(trial, 40, statisticsOf(length)))).toEqual([]);
  });
});

describe('cipher orders too long to hold', () => {
  it.each([
    [2 ** 32 + 1, 0, 1],
    [1e12, 5e11, 1],
    [1e12, 3, 2 ** 27],
    [2 ** 53 - 1, 2 ** 52, 999],
  ])('pass statistics of samples over %d rows, from position %d by %d', (length, first, stride) => {
    const shuffle = sampled(length, first, stride);
    for (const kind of ['consecutive seeds', 'random seeds', 'consecutive epochs'] as const) {
      const statistics = {
        'patterns of 3': patterns(3),
        'patterns of 5': patterns(5),
        tenths: tenths(length),
        'Mallows, 1000 rows': mallows(1000),
      };
      const trial = { shuffle, draw: draws[kind], length: 5000, wide: true };
      expect(rejected(pValues(trial, 100, statistics)), kind).toEqual([]);
    }
  });
});

describe('parity of the cipher', () => {
  it.each([2, 3, 16, 64, 255, 256, 1000, 4096])('is fair at %i rows', (length) => {
    for (const draw of [draws['consecutive seeds'], draws['random seeds']]) {
      const trial = { shuffle: enciphered(length, 8), draw, length };
      const count = length > 1000 ? 1000 : 4000;
      expect(rejected(pValues(trial, count, { parity: parity(length) }))).toEqual([]);
    }
  });
});

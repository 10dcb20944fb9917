/** The statistics reject each weak shuffle, and accept its stronger neighbour. */
import { describe, expect, it } from 'vitest';
import { patterns } from '../oracle/permutation-statistics.js';
import {
  type Draw,
  type Shuffle,
  draws,
  pValues,
  rejected,
  statisticsOf,
} from '../oracle/shuffle-trials.js';
import { addedKeys, enciphered, windowed, xorFeistel } from '../oracle/weak-shuffles.js';

/** Returns the names of the statistics that reject `shuffle`. */
function weaknesses(shuffle: Shuffle, length: number, draw: Draw, count: number): string[] {
  return rejected(pValues({ shuffle, draw, length }, count, statisticsOf(length)));
}

describe('the statistics notice', () => {
  const seeds = draws['consecutive seeds'];

  it('a cipher of two rounds', () => {
    expect(weaknesses(enciphered(65_537, 2), 65_537, seeds, 30)).toEqual(
      expect.arrayContaining([
        'patterns of 3',
        'patterns of 5',
        'differences',
        'grid',
        'ascending runs',
        'serial correlation, lag 1',
        'serial correlation, lag 2',
      ]),
    );
  });

  it('a cipher of four rounds', () => {
    expect(weaknesses(enciphered(4096, 4), 4096, seeds, 2000)).toEqual(['differences', 'grid']);
    expect(weaknesses(enciphered(4096, 8), 4096, seeds, 2000)).toEqual([]);
  });

  it.each([5, 6])('a cipher of %i rows, for which orders are exact instead', (length) => {
    const trial = { shuffle: enciphered(length, 8), draw: seeds, length };
    const all = { permutations: patterns(length) };
    expect(rejected(pValues(trial, 100_000, all))).toEqual(['permutations']);
  });

  it('a cipher by exclusive or, which gives even permutations only', () => {
    expect(weaknesses(xorFeistel, 2 ** 16, seeds, 60)).toEqual(['parity']);
  });

  it('windows', () => {
    expect(weaknesses(windowed(10_000, 1000), 10_000, seeds, 50)).toEqual(
      expect.arrayContaining(['grid', 'fixed points', 'serial correlation, lag 255']),
    );
    expect(weaknesses(windowed(10_000, 50), 10_000, seeds, 50)).toEqual(
      expect.arrayContaining(['Mallows, 100 rows', 'Mallows, 1000 rows']),
    );
  });

  it('keys made by adding seed and epoch', () => {
    const draw = draws['seed + 1 against epoch + 1'];
    const all = Object.keys(statisticsOf(70_000));
    expect(weaknesses(addedKeys(70_000), 70_000, draw, 40)).toEqual(all);
    expect(weaknesses(addedKeys(70_000), 70_000, seeds, 40)).toEqual([]);
  });
});

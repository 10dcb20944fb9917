/** Runs the statistics over many orders of a shuffle. */
import { native } from '../../src/native.js';
import {
  type Rows,
  type Statistic,
  differences,
  fixedPoints,
  grid,
  mallows,
  parity,
  patterns,
  quotient,
  runs,
  serialCorrelation,
} from './permutation-statistics.js';

/**
 * All tests together reject a perfect shuffle with a chance of 1e-6. This is Bonferroni's
 * correction over fewer than 1,000 p-values. The seeds are fixed.
 */
export const alpha = 1e-6 / 1000;

/** Fills `out` with the first rows of the order (seed, epoch). */
export type Shuffle = (out: Rows, seed: bigint, epoch: number) => void;

/** Returns the order that batches follow. */
export function ordered(length: number): Shuffle {
  return sampled(length, 0, 1);
}

/** Returns the exact order, at any length. */
export function exact(length: number): Shuffle {
  return (out, seed, epoch) => {
    native.exactPermutation({ length, seed, epoch, exact: true }, out as Uint32Array);
  };
}

/** Returns the rows at positions first, first + stride, …, even of orders too long to hold. */
export function sampled(length: number, first: number, stride: number): Shuffle {
  return (out, seed, epoch) => {
    const order = new native.Order({ length, seed, epoch, exact: false });
    order.indices(first, stride, out);
    order.dispose();
  };
}

/** Returns number i of the sequence SplitMix64 (Steele, Lea and Flood 2014). */
function splitMix(i: number): bigint {
  const wrap = (x: bigint): bigint => BigInt.asUintN(64, x);
  let x = wrap(BigInt(i + 1) * 0x9e3779b97f4a7c15n);
  x = wrap((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
  x = wrap((x ^ (x >> 27n)) * 0x94d049bb133111ebn);
  return x ^ (x >> 31n);
}

/** Says how draw number i names its order, or the two orders whose quotient it is. */
export type Draw = (i: number) => readonly (readonly [seed: bigint, epoch: number])[];

export const draws = {
  'consecutive seeds': (i) => [[BigInt(i), 0]],
  'random seeds': (i) => [[splitMix(i), 0]],
  'consecutive epochs': (i) => [[7n, i]],
  'neighbouring seeds': (i) => [
    [BigInt(i), 3],
    [BigInt(i + 1), 3],
  ],
  'neighbouring epochs': (i) => [
    [splitMix(i), 3],
    [splitMix(i), 4],
  ],
  'seed + 1 against epoch + 1': (i) => [
    [BigInt(2 * i + 1), 3],
    [BigInt(2 * i), 4],
  ],
} satisfies Record<string, Draw>;

/** Makes every statistic of whole orders. */
export function statisticsOf(length: number): Record<string, Statistic> {
  return {
    'patterns of 3': patterns(3),
    'patterns of 5': patterns(5),
    parity: parity(length),
    differences: differences(length),
    grid: grid(length),
    'fixed points': fixedPoints(),
    'ascending runs': runs(length),
    'serial correlation, lag 1': serialCorrelation(length, 1),
    'serial correlation, lag 2': serialCorrelation(length, 2),
    'serial correlation, lag 255': serialCorrelation(length, 255),
    'Mallows, 100 rows': mallows(100),
    'Mallows, 1000 rows': mallows(1000),
  };
}

/** Returns the p-values of `count` draws. */
export function pValues(
  trial: {
    readonly shuffle: Shuffle;
    readonly draw: Draw;
    /** The number of rows of an order, or of the sample of it. */
    readonly length: number;
    /** True where rows lie beyond 2^32. */
    readonly wide?: boolean;
  },
  count: number,
  statistics: Record<string, Statistic>,
): Record<string, number> {
  const { shuffle, draw, length, wide = false } = trial;
  const Rows = wide ? Float64Array : Uint32Array;
  const order = new Rows(length);
  const other = new Rows(length);
  const ratio = new Rows(length);
  for (let i = 0; i < count; ++i) {
    const [first, second] = draw(i);
    shuffle(order, ...first!);
    if (second !== undefined) {
      shuffle(other, ...second);
      quotient(order, other, ratio);
    }
    for (const statistic of Object.values(statistics))
      statistic.add(second === undefined ? order : ratio);
  }
  return Object.fromEntries(Object.entries(statistics).map(([name, s]) => [name, s.p()]));
}

/** Returns the names of the statistics that a perfect shuffle hardly ever reaches. */
export function rejected(values: Record<string, number>): string[] {
  return Object.keys(values).filter((name) => !(values[name]! >= alpha));
}

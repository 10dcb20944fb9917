/** Weighted and stratified sampling pass statistics that reject weaker samplers. */
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { type Rows, type Statistic, grid, patterns } from '../oracle/permutation-statistics.js';
import { generator } from '../oracle/random.js';
import {
  aliasTable,
  epochOf,
  impliedChances,
  pairs,
  shares,
  weakSamplers,
  weightedOrders,
} from '../oracle/sampling.js';
import { rejected } from '../oracle/shuffle-trials.js';

const failing = (statistics: Record<string, Statistic>): string[] =>
  rejected(Object.fromEntries(Object.entries(statistics).map(([name, s]) => [name, s.p()])));

const feed = (statistics: Record<string, Statistic>, rows: Rows): void => {
  for (const statistic of Object.values(statistics)) statistic.add(rows);
};

describe('drawing with replacement', () => {
  const weights = [5, 0, 1, 0.1, 3, 1e-3, 2.5, 1];

  it.each([
    ['seeds', (i: number) => ({ seed: BigInt(i), epoch: 0 })],
    ['epochs', (i: number) => ({ seed: 7n, epoch: i })],
  ])('takes rows, and pairs of rows, by their weights over consecutive %s', (_, name) => {
    const positive = weights.map((w) => Math.max(w, 0));
    const statistics = { rows: shares(positive, (row) => row) };
    const heavy = [5, 1, 3, 2.5, 1];
    const independent = { pairs: pairs(heavy) };
    const all = data.weighted({ weights, draws: 4096 });
    const few = data.weighted({ weights: heavy, draws: 4096 });
    for (let i = 0; i < 300; ++i) {
      feed(statistics, epochOf({ length: 8, batchSize: 4096, sampling: all, ...name(i) }));
      feed(independent, epochOf({ length: 5, batchSize: 4096, sampling: few, ...name(i) }));
    }
    expect(failing({ ...statistics, ...independent })).toEqual([]);
  });

  it('has neighbouring epochs and seeds draw independently', () => {
    const few = [5, 1, 3, 2.5, 1];
    const sampling = data.weighted({ weights: few, draws: 2 ** 18 });
    const rows = (seed: bigint, epoch: number): Rows =>
      epochOf({ length: 5, batchSize: 2 ** 18, sampling, seed, epoch });
    for (const other of [rows(3n, 5), rows(4n, 4)]) {
      const statistics = { pairs: pairs(few) };
      const zipped = rows(3n, 4);
      const both = Uint32Array.from({ length: 2 ** 19 }, (_, i) =>
        i % 2 === 0 ? zipped[i >> 1]! : other[i >> 1]!,
      );
      feed(statistics, both);
      expect(failing(statistics)).toEqual([]);
    }
  });

  describe('from more than 2^24 rows', () => {
    const length = 2 ** 24 + 2 ** 18;
    const weights = new Float32Array(length).fill(1);
    // 64 groups of neighbours and every 65th row cover 17 million rows, over which float32 sums
    // move in steps.
    const statistics = (): Record<string, Statistic> => ({
      groups: shares(weights, (row) => Math.floor((row * 64) / length)),
      residues: shares(weights, (row) => row % 65),
    });
    const draws = 2 ** 18;
    const failingOf = (rows: Rows): string[] => {
      const seen = statistics();
      feed(seen, rows);
      return failing(seen);
    };

    it('reaches them all alike', () => {
      using sampling = data.weighted({ weights, draws });
      expect(failingOf(epochOf({ length, batchSize: draws, seed: 1n, sampling }))).toEqual([]);
    });

    it('is told from sums and from columns in float32', () => {
      const uniform = generator(1);
      const rows = new Uint32Array(draws);
      weakSamplers.float32Sums(weights)(uniform, rows);
      expect(failingOf(rows)).toEqual(['groups']);
      weakSamplers.float32Columns(length)(uniform, rows);
      expect(failingOf(rows)).toEqual(['residues']);
    });
  });
});

describe('alias tables', () => {
  it.each([
    ['equal weights', Array.from({ length: 1000 }, () => 0.1)],
    ['many light rows and a heavy one', [1e12, ...Array.from({ length: 5000 }, () => 1e-3)]],
    ['all magnitudes', Array.from({ length: 900 }, (_, i) => 2 ** (i - 450))],
    ['zeros', Array.from({ length: 1000 }, (_, i) => (i % 7 === 0 ? i : 0))],
    ['random weights', Array.from({ length: 20_000 }, generator(5))],
  ])('give each row its share of %s', (_, weights) => {
    const implied = impliedChances(aliasTable(weights));
    const sum = weights.reduce((a, b) => a + b);
    // Thresholds are multiples of 2^-64 of a column.
    const grain = 2 ** -64;
    let worst = 0;
    weights.forEach((weight, row) => {
      const error = Math.abs(implied[row]! - weight / sum);
      worst = Math.max(worst, (error - grain) / (weight / sum || 1));
    });
    expect(worst).toBeLessThan(2e-13);
    weights.forEach((weight, row) => weight === 0 && expect(implied[row]).toBe(0));
  });
});

describe('drawing without replacement', () => {
  const weights = [4, 1, 2, 0.5, 1];

  it('takes every order of five rows as often as its chance has it', () => {
    const sampling = data.weighted({ weights, replacement: false });
    const shuffler = new data.Shuffler({ length: 5, batchSize: 5, seed: 3n, sampling });
    const statistics = { orders: weightedOrders(weights) };
    for (let epoch = 0; epoch < 60_000; ++epoch)
      for (const rows of shuffler) feed(statistics, rows);
    expect(failing(statistics)).toEqual([]);
  });

  it('is told from keys u · w, and from equal weights', () => {
    const uniform = generator(2);
    const draw = weakSamplers.productKeys(weights);
    const rows = new Uint32Array(5);
    const products = { orders: weightedOrders(weights) };
    for (let i = 0; i < 60_000; ++i) {
      draw(uniform, rows);
      feed(products, rows);
    }
    expect(failing(products)).toEqual(['orders']);
    const equal = { orders: weightedOrders(weights) };
    for (let epoch = 0; epoch < 60_000; ++epoch)
      equal.orders.add(data.permutation({ length: 5, epoch }));
    expect(failing(equal)).toEqual(['orders']);
  });

  it('is a uniform shuffle with equal weights, also over bucket borders', () => {
    const length = 20_000;
    const sampling = data.weighted({
      weights: new Float64Array(length).fill(3),
      replacement: false,
    });
    const shuffler = new data.Shuffler({ length, batchSize: length, seed: 9n, sampling });
    const statistics = { grid: grid(length), 'patterns of 5': patterns(5) };
    for (let i = 0; i < 40; ++i) for (const rows of shuffler) feed(statistics, rows);
    expect(failing(statistics)).toEqual([]);
  });
});

describe('stratified batches', () => {
  const length = 1000;
  const labels = Int32Array.from({ length }, (_, i) => (i < 700 ? 0 : i < 950 ? 1 : 2));
  const sampling = data.stratified({ labels });

  it('put every row at every place equally often', () => {
    const shuffler = new data.Shuffler({ length, batchSize: 60, seed: 1n, sampling });
    // A place counts within one class: rows 0 … 699, in the order in which they come.
    const within = { 'patterns of 4': patterns(4), grid: grid(700, 10) };
    const batchOf = new Float64Array(length * 17);
    const epochs = 3000;
    for (let epoch = 0; epoch < epochs; ++epoch) {
      const rows: number[] = [];
      let batch = 0;
      for (const indices of shuffler) {
        for (const row of indices) ++batchOf[row * 17 + batch]!;
        rows.push(...indices);
        batch++;
      }
      feed(within, Uint32Array.from(rows.filter((row) => row < 700)));
    }
    expect(failing(within)).toEqual([]);
    const due = (batch: number): number => (batch < 16 ? 60 : 40) / length;
    for (const row of [0, 349, 699, 700, 949, 950, 999]) {
      const seen = batchOf.subarray(row * 17, row * 17 + 17);
      let sum = 0;
      seen.forEach((n, b) => (sum += (n - epochs * due(b)) ** 2 / (epochs * due(b))));
      expect(sum).toBeLessThan(70); // the limit of χ² with 16 degrees of freedom at 1e-8
    }
  });

  it('are not what a class at a time, or no shuffle within classes, gives', () => {
    const dealt = { grid: grid(700, 10) };
    const inTurn = Uint32Array.from({ length: 700 }, (_, i) => i);
    for (let epoch = 0; epoch < 20; ++epoch) feed(dealt, inTurn);
    expect(failing(dealt)).toEqual(['grid']);
  });
});

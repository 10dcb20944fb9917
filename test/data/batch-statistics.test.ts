/**
 * Batches of label-sorted data, and the same rows an epoch later, look random to a training loop.
 */
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { classCounts, tenths } from '../oracle/batch-statistics.js';
import {
  type Rows,
  type Statistic,
  grid,
  parity,
  quotient,
} from '../oracle/permutation-statistics.js';
import { rejected } from '../oracle/shuffle-trials.js';
import { windowed } from '../oracle/weak-shuffles.js';

const batchSize = 128;
const epochs = 3000;

/** Counts two classes of data sorted into ten: a middle class, and a rare one at the end. */
function statisticsOf(length: number, size: number): Record<string, Statistic> {
  return {
    tenths: tenths(length),
    'class 4 of 10': classCounts(length, Math.ceil(0.4 * length), Math.ceil(0.5 * length), size),
    'the last 2 %': classCounts(length, Math.floor(0.98 * length), length, size),
  };
}

const failing = (statistics: Record<string, Statistic>): string[] =>
  rejected(Object.fromEntries(Object.entries(statistics).map(([name, s]) => [name, s.p()])));

/** Returns the batch that begins at `position` of an epoch. */
function batchAt(shuffler: data.Shuffler, position: number, epoch: number): Rows {
  shuffler.seek(position, epoch);
  for (const batch of shuffler) return batch;
  throw new Error('no batch');
}

describe.each([
  ['exact, materialised', 60_000],
  ['the cipher', 70_000],
  ['the cipher', 2 ** 17 + 100],
])('%s, %i label-sorted rows', (_, length) => {
  const lastSize = length % batchSize;
  it.each([
    ['first', 0, batchSize],
    ['middle', 300 * batchSize, batchSize],
    ['last', length - lastSize, lastSize],
  ])('%s batches hold classes as drawing without replacement does', (_, position, size) => {
    const shuffler = new data.Shuffler({ length, batchSize, seed: 11n });
    const statistics = statisticsOf(length, size);
    for (let epoch = 0; epoch < epochs; ++epoch) {
      const batch = batchAt(shuffler, position, epoch);
      for (const statistic of Object.values(statistics)) statistic.add(batch);
    }
    expect(failing(statistics)).toEqual([]);
  });
});

describe('rows that shared a batch', () => {
  // Two batches of different epochs share as many rows as chance gives.
  const together = (length: number, order: (epoch: number) => Rows): string[] => {
    const statistics = { 'shared rows': grid(length, 64), parity: parity(length) };
    const ratio = new Float64Array(length);
    let last = order(0);
    for (let epoch = 1; epoch <= 60; ++epoch) {
      const next = order(epoch);
      quotient(next, last, ratio);
      last = next;
      for (const statistic of Object.values(statistics)) statistic.add(ratio);
    }
    return failing(statistics);
  };

  it.each([2 ** 16, 2 ** 17])('meet again an epoch later only by chance, of %i rows', (length) => {
    const shuffler = new data.Shuffler({ length, batchSize: length / 64, seed: 11n });
    const order = (): Rows => {
      const rows = new Float64Array(length);
      let at = 0;
      for (const batch of shuffler) {
        rows.set(batch, at);
        at += batch.length;
      }
      return rows;
    };
    expect(together(length, order)).toEqual([]);
  });

  it('are noticed where they meet again, as in windows', () => {
    const shuffle = windowed(2 ** 14, 2 ** 10);
    const order = (epoch: number): Rows => {
      const rows = new Float64Array(2 ** 14);
      shuffle(rows, 1n, epoch);
      return rows;
    };
    expect(together(2 ** 14, order)).toContain('shared rows');
  });
});

it('notices batches from windows of label-sorted data', () => {
  const length = 70_000;
  const shuffle = windowed(length, 10_000);
  const statistics = statisticsOf(length, batchSize);
  const order = new Uint32Array(length);
  for (let epoch = 0; epoch < 200; ++epoch) {
    shuffle(order, 1n, epoch);
    for (const statistic of Object.values(statistics)) statistic.add(order.subarray(0, batchSize));
  }
  expect(failing(statistics)).toEqual(Object.keys(statistics));
});

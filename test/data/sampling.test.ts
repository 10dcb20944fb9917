import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { native } from '../../src/native.js';
import { aliasTable, byKeys, drawnRow, epochOf } from '../oracle/sampling.js';
import { first, labelsOf, weightsOf } from './samplings.js';

const isas = ['baseline', 'avx2', 'avx512'].slice(
  0,
  1 + ['baseline', 'avx2', 'avx512'].indexOf(native.isa()),
);

const digest = (values: ArrayBufferView) =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

describe('draws with replacement', () => {
  it('are those of the definition, at any position and stride', () => {
    const weights = [3, 1, 0, 0.25, 7, 1e-9, 2];
    const table = aliasTable(weights);
    const sampling = data.weighted({ weights, draws: 500 });
    const rows = epochOf({ length: 7, batchSize: 13, seed: 2n ** 63n + 5n, epoch: 4, sampling });
    const name = { seed: 2n ** 63n + 5n, epoch: 4 };
    expect([...rows]).toEqual(Array.from(rows, (_, i) => drawnRow(table, name, i)));
  });

  it('reach positions beyond 2^32 at once', () => {
    const weights = [1, 2, 3];
    const sampling = data.weighted({ weights, draws: 2 ** 53 - 1 });
    const shuffler = new data.Shuffler({ length: 3, batchSize: 5, sampling });
    shuffler.seek(2 ** 52 + 3);
    const [batch] = first(shuffler);
    const table = aliasTable(weights);
    const expected = [3, 4, 5, 6, 7].map((i) =>
      drawnRow(table, { seed: 0n, epoch: 0 }, 2 ** 52 + i),
    );
    expect([...batch!]).toEqual(expected);
  });
});

describe('rows without replacement', () => {
  it('come by ascending -ln(u) / weight, those without a weight never', () => {
    const weights = Array.from(weightsOf(3000));
    const sampling = data.weighted({ weights, replacement: false });
    const rows = epochOf({ length: 3000, batchSize: 3000, seed: 5n, epoch: 2, sampling });
    expect([...rows]).toEqual(byKeys(weights, { seed: 5n, epoch: 2 }));
    expect(rows.length).toBe(sampling.draws);
  });

  it('are the first of all rows where there are fewer draws', () => {
    const weights = weightsOf(30_000);
    const all = data.weighted({ weights, replacement: false });
    const some = data.weighted({ weights, replacement: false, draws: 7001 });
    const options = { length: 30_000, batchSize: 30_000, seed: 5n };
    const expected = epochOf({ ...options, sampling: all }).subarray(0, 7001);
    expect(epochOf({ ...options, sampling: some })).toEqual(expected);
    expect(new Set(expected).size).toBe(7001);
  });
});

/** Returns, for each class, the number of its rows in each batch. */
function classCounts(batches: readonly ArrayLike<number>[], labels: Int32Array): number[][] {
  const classes = labels.reduce((a, b) => Math.max(a, b)) + 1;
  return Array.from({ length: classes }, (_, c) =>
    batches.map((batch) => Array.from(batch).filter((row) => labels[row] === c).length),
  );
}

const spread = (counts: readonly number[]): number =>
  counts.length === 0 ? 0 : Math.max(...counts) - Math.min(...counts);

describe('stratified batches', () => {
  const options = fc.record({
    labels: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 200 }),
    batchSize: fc.integer({ min: 1, max: 40 }),
    world: fc.integer({ min: 1, max: 4 }),
    seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    epoch: fc.nat(),
  });

  it('visit each row once over all shards, every class as evenly as can be', () => {
    fc.assert(
      fc.property(options, ({ labels: list, batchSize, world, seed, epoch }) => {
        const labels = Int32Array.from(list);
        const length = labels.length;
        fc.pre(length >= world);
        const sampling = data.stratified({ labels });
        const shards = Array.from({ length: world }, (_, rank) => {
          const shard = { rank, world };
          return [...new data.Shuffler({ length, batchSize, seed, epoch, sampling, shard })];
        });
        const rows = shards.flat().flatMap((batch) => [...batch]);
        expect(rows.sort((a, b) => a - b)).toEqual(list.map((_, i) => i));
        const rounds = Math.floor(length / (batchSize * world));
        const whole = shards.flatMap((batches) => batches.slice(0, rounds));
        const rest = shards.flatMap((batches) => batches.slice(rounds));
        expect(whole.every((batch) => batch.length === batchSize)).toBe(true);
        for (const counts of classCounts(whole, labels)) expect(spread(counts)).toBeLessThan(2);
        for (const counts of classCounts(rest, labels)) expect(spread(counts)).toBeLessThan(2);
        // The last batches share out the rest: the share of each class, rounded down or up.
        const left = rest.reduce((sum, batch) => sum + batch.length, 0);
        classCounts(rest, labels).forEach((counts, c) => {
          const share = (left * list.filter((label) => label === c).length) / length;
          const given = counts.reduce((a, b) => a + b, 0);
          expect(Math.abs(given - share)).toBeLessThan(1);
        });
      }),
      { numRuns: 150 },
    );
  });

  it('hold exact quotas where these are whole', () => {
    const labels = Int32Array.from({ length: 6000 }, (_, i) =>
      i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2,
    );
    const sampling = data.stratified({ labels });
    const batches = [...new data.Shuffler({ length: 6000, batchSize: 100, seed: 1n, sampling })];
    expect(classCounts(batches, labels).map((counts) => new Set(counts))).toEqual([
      new Set([70]),
      new Set([20]),
      new Set([10]),
    ]);
  });

  it.each(['keep', 'drop', 'mask'] as const)(
    'last: %s counts batches as it does for all',
    (last) => {
      const labels = labelsOf(103, 3);
      for (const world of [1, 3])
        for (let rank = 0; rank < world; ++rank) {
          const plain = { length: 103, batchSize: 10, last, shard: { rank, world } };
          const stratified = new data.Shuffler({ ...plain, sampling: data.stratified({ labels }) });
          const sizes = (shuffler: data.Shuffler) =>
            [...shuffler].map((batch) => batch.filter((row) => row < 103).length);
          expect(sizes(stratified)).toEqual(sizes(new data.Shuffler(plain)));
        }
    },
  );

  it('take the classes of a data set, and more classes than rows of a batch', () => {
    const labels = Int32Array.from({ length: 1000 }, (_, i) => (i * 7) % 400);
    const set = data.fromArrays({ inputs: new Float32Array(1000), shape: [1000, 1], labels });
    const options = { length: 1000, batchSize: 9, seed: 1n };
    const ofSet = data.stratified({ labels: set });
    const batches = [...new data.Shuffler({ ...options, sampling: ofSet })];
    for (const counts of classCounts(batches.slice(0, -1), labels))
      expect(Math.max(...counts)).toBeLessThan(2);
    const ofArray = data.stratified({ labels });
    expect(ofSet.fingerprint).toBe(ofArray.fingerprint);
    expect(epochOf({ ...options, sampling: ofSet })).toEqual(
      epochOf({ ...options, sampling: ofArray }),
    );
  });
});

describe('the bits of a sampling', () => {
  const length = 150_001;
  const weights = weightsOf(length);
  const samplings = {
    replacement: new native.Sampling({ weights, replacement: true, draws: 0 }),
    weighted: new native.Sampling({ weights, replacement: false, draws: 100_000 }),
    stratified: new native.Sampling({ labels: labelsOf(length) }),
  };

  it.each(Object.entries(samplings))(
    '%s: agree across instruction sets and threads',
    (_, sampling) => {
      const { draws } = sampling.info();
      const order = { length, seed: 5n, epoch: 2, exact: false, sampling, batch: 64, world: 3 };
      const seen = new Set<string>();
      for (const isa of isas)
        for (const threads of [1, 2, 7]) {
          const out = new Uint32Array(draws);
          const made = new native.Order({ ...order, isa, threads });
          made.indices(0, 1, out);
          seen.add(digest(out));
          const some = new Float64Array(1000);
          made.indices(17, 31, some);
          expect([...some]).toEqual(Array.from(some, (_, i) => out[17 + 31 * i]));
        }
      expect(seen.size).toBe(1);
    },
  );

  it('are frozen', () => {
    const file = join(__dirname, 'golden', 'samplings.json');
    const golden = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const weights = Float64Array.from({ length: 70_000 }, (_, i) => (i % 11) * 0.5 + (i % 3));
    const labels = Int32Array.from({ length: 70_000 }, (_, i) => Math.floor(Math.sqrt(i)) % 7);
    const options = { length: 70_000, batchSize: 100, seed: 7n, epoch: 3 };
    const vectors = Object.entries({
      replacement: data.weighted({ weights }),
      weighted: data.weighted({ weights, replacement: false }),
      stratified: data.stratified({ labels }),
    }).map(([name, sampling]) => {
      const rows = epochOf({ ...options, sampling });
      const { fingerprint } = sampling;
      return [
        name,
        { fingerprint, first: [...rows.subarray(0, 8)], digest: digest(rows) },
      ] as const;
    });
    expect(Object.fromEntries(vectors)).toEqual(golden);
  });
});

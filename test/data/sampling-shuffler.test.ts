/** Shufflers of a sampling, and wrong weights and labels. */
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { epochOf } from '../oracle/sampling.js';
import { first, labelsOf, weightsOf } from './samplings.js';

const refusal = (code: string, path?: string) =>
  expect.objectContaining(path === undefined ? { code } : { code, path }) as Error;

describe('shufflers of a sampling', () => {
  const labels = labelsOf(103, 4);
  const weights = weightsOf(103);
  const samplings = {
    replacement: data.weighted({ weights, draws: 150 }),
    weighted: data.weighted({ weights, replacement: false }),
    stratified: data.stratified({ labels }),
  };
  const kinds = Object.entries(samplings);

  it.each(kinds)('%s: resume after any batch, in shards too', (_, sampling) => {
    for (const shard of [
      { rank: 0, world: 1 },
      { rank: 1, world: 2 },
    ]) {
      const options = { length: 103, batchSize: 10, seed: 3n, sampling, shard };
      const shuffler = new data.Shuffler(options);
      const whole = [...shuffler, ...shuffler].map((batch) => [...batch]);
      expect(whole.length).toBe(2 * shuffler.batches);
      const resumed: number[][] = [];
      let state = new data.Shuffler(options).state();
      for (let step = 0; step < whole.length; ++step) {
        const next = new data.Shuffler(options);
        next.restore(JSON.parse(JSON.stringify(state)) as data.ShufflerState);
        resumed.push([...first(next)[0]!]);
        state = next.state();
      }
      expect(resumed).toEqual(whole);
    }
  });

  it.each(kinds.slice(0, 2))('%s: shards share out one order', (_, sampling) => {
    const options = { length: 103, batchSize: 10, seed: 3n, sampling };
    const whole = epochOf(options);
    for (let rank = 0; rank < 3; ++rank) {
      const shard = new data.Shuffler({ ...options, shard: { rank, world: 3 } });
      const rows = [...shard].flatMap((batch) => [...batch]);
      expect(rows).toEqual([...whole].filter((_, position) => position % 3 === rank));
    }
  });

  it('refuse the state of other weights, draws or batches', () => {
    const options = { length: 103, batchSize: 10, seed: 3n };
    const state = new data.Shuffler({ ...options, sampling: samplings.replacement }).state();
    const other = { ...options, sampling: data.weighted({ weights }) };
    const lighter = data.weighted({
      weights: weights.map((w, i) => (i === 5 ? 9 : w)),
      draws: 150,
    });
    for (const wrong of [options, other, { ...options, sampling: lighter }])
      expect(() => new data.Shuffler(wrong).restore(state)).toThrow(
        refusal('STATE_MISMATCH', 'state.sampling'),
      );
    const stratified = { ...options, sampling: samplings.stratified };
    const saved = new data.Shuffler(stratified).state();
    expect(() => new data.Shuffler({ ...stratified, batchSize: 11 }).restore(saved)).toThrow(
      refusal('STATE_MISMATCH', 'state.sampling'),
    );
    expect(() => new data.Shuffler(stratified).seek(5)).toThrow(refusal('RANGE', 'seek.position'));
  });

  it('end with the samplings they were made of', () => {
    const sampling = data.weighted({ weights: [1, 2] });
    const shuffler = new data.Shuffler({ length: 2, batchSize: 1, sampling });
    sampling.dispose();
    expect(() => [...shuffler]).toThrow(refusal('DISPOSED', 'Shuffler.sampling'));
  });
});

describe('data.balancedWeights', () => {
  it('are one over the class size', () => {
    expect([...data.balancedWeights(Uint8Array.of(4, 4, 2, 4))]).toEqual([1 / 3, 1 / 3, 1, 1 / 3]);
  });
});

describe('bad input', () => {
  const weights = [1, 2, 3];
  it.each([
    [() => data.weighted({ weights: [1, -1] }), 'RANGE', 'weights[1]'],
    [() => data.weighted({ weights: [1, NaN] }), 'RANGE', 'weighted.weights[1]'],
    [() => data.weighted({ weights: new Array<number>(2) }), 'TYPE', 'weighted.weights[0]'],
    [() => data.weighted({ weights: Float64Array.of(1, NaN) }), 'RANGE', 'weights[1]'],
    [() => data.weighted({ weights: Float64Array.of(1, Infinity) }), 'RANGE', 'weights[1]'],
    [() => data.weighted({ weights: [1, 1e-200] }), 'RANGE', 'weights[1]'],
    [() => data.weighted({ weights: [0, 0] }), 'RANGE', 'weights'],
    [() => data.weighted({ weights: [] }), 'RANGE', 'weighted.weights'],
    [() => data.weighted({ weights: ['1'] as never }), 'TYPE', 'weighted.weights[0]'],
    [() => data.weighted({ weights: Int32Array.of(1) as never }), 'DTYPE', 'weighted.weights'],
    [() => data.weighted({ weights: 3 as never }), 'TYPE', 'weighted.weights'],
    [() => data.weighted(undefined as never), 'TYPE', 'weighted'],
    [() => data.weighted({ weights, draws: 0 }), 'RANGE', 'weighted.draws'],
    [() => data.weighted({ weights, draws: 1.5 }), 'TYPE', 'weighted.draws'],
    [() => data.weighted({ weights, draws: 4, replacement: false }), 'RANGE', 'draws'],
    [() => data.weighted({ weights, replacement: 1 as never }), 'TYPE', 'weighted.replacement'],
    [
      () => data.weighted({ weights, replace: true } as never),
      'UNKNOWN_OPTION',
      'weighted.replace',
    ],
    [() => data.stratified({ labels: Int32Array.of(0, -1) }), 'RANGE', 'labels[1]'],
    [() => data.stratified({ labels: Int32Array.of(2 ** 24) }), 'RANGE', 'labels[0]'],
    [() => data.stratified({ labels: [0] as never }), 'TYPE', 'stratified.labels'],
    [() => data.stratified({ labels: new Float32Array(1) as never }), 'DTYPE', 'stratified.labels'],
    [() => data.stratified({ labels: new Int32Array(0) }), 'RANGE', 'stratified.labels'],
    [() => data.stratified({ classes: [] } as never), 'UNKNOWN_OPTION', 'stratified.classes'],
  ])('%s is %s', (body, code, path) => {
    expect(body).toThrow(refusal(code, path));
  });

  it('is refused by shufflers', () => {
    const sampling = data.weighted({ weights });
    const make = (options: object) => () =>
      new data.Shuffler({ batchSize: 1, ...options } as never);
    expect(make({ length: 4, sampling })).toThrow(refusal('SHAPE', 'Shuffler.sampling'));
    expect(make({ length: 3, sampling: weights })).toThrow(refusal('TYPE', 'Shuffler.sampling'));
    expect(make({ length: 3, sampling, exact: true })).toThrow(refusal('RANGE', 'Shuffler.exact'));
  });

  it('is refused for data sets without classes', () => {
    const inputs = new Float32Array(2);
    const set = data.fromArrays({ inputs, shape: [2, 1], labels: new Float32Array(2) });
    expect(() => data.stratified({ labels: set })).toThrow(refusal('SHAPE', 'labels'));
    set.dispose();
    expect(() => data.stratified({ labels: set })).toThrow(
      refusal('DISPOSED', 'stratified.labels'),
    );
  });
});

describe('classes far apart', () => {
  const greatest = 2 ** 24 - 1;

  it('cost no more than those side by side', () => {
    const external = (labels: Int32Array): number => {
      const before = process.memoryUsage().external;
      const sampling = data.stratified({ labels });
      const bytes = process.memoryUsage().external - before;
      sampling.dispose();
      return bytes;
    };
    expect(external(Int32Array.of(greatest, 0))).toBeLessThan(1000); // it would be 128 MB for all numbers in between
  });

  it('are drawn as those side by side, in the same order of classes', () => {
    const labels = labelsOf(997, 7);
    const sparse = labels.map((label) => [0, 1, 255, 256, 65_536, 1 << 23, greatest][label]!);
    for (const batchSize of [1, 10, 64, 997]) {
      const epoch = (of: Int32Array) => {
        const sampling = data.stratified({ labels: of });
        return epochOf({ length: 997, batchSize, seed: 3n, epoch: 2, sampling });
      };
      expect([...epoch(sparse)]).toEqual([...epoch(labels)]);
    }
  });

  it('have a fingerprint of their own, for their orders were others before', () => {
    const print = (...labels: number[]) =>
      data.stratified({ labels: Int32Array.from(labels) }).fingerprint;
    expect(print(0, 1)).toBe(data.stratified({ labels: Uint8Array.of(0, 1) }).fingerprint);
    expect(print(0, 2)).not.toBe(print(0, 1));
  });
});

/** Samplers that do not learn: random, grid and Sobol. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { sobolSequence } from '../../src/search/samplers/sobol.js';
import { TrialRandom, seedOf } from '../../src/search/trial-random.js';
import { failure } from '../oracle/failure.js';
import { leastOf, medianOf, sampled } from './sampling.js';

const unit = { x: search.uniform(0, 1), y: search.uniform(0, 1) };
const mixed = {
  rate: search.logUniform(1e-6, 10),
  units: search.integer(8, 128, { log: true }),
  optimizer: search.choice(['adam', 'momentum']),
  momentum: search.conditional(search.uniform(0, 1), { when: { optimizer: 'momentum' } }),
};

/** Philox4x32-10 in whole numbers, from the paper. */
function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  const mask = 2n ** 32n - 1n;
  for (let round = 0; round < 10; round++) {
    const [left, right] = [0xd2511f53n * a, 0xcd9e8d57n * c];
    [a, b, c, d] = [(right >> 32n) ^ b ^ k0, right & mask, (left >> 32n) ^ d ^ k1, left & mask];
    [k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask];
  }
  return [a, b, c, d].map(Number);
}

/** The words of a trial's stream, as native/core/random.h derives it. */
function wordsOf(seed: bigint, trial: number, use: number, count: number): number[] {
  const low = (value: bigint): number => Number(value & 0xffffffffn);
  const purpose = 8;
  const first = philox([low(seed), low(seed >> 32n), purpose, 1], [0x54484157, 0x4c454731]);
  const second = philox([trial, 0, use, 0], [first[0]!, first[1]!]);
  const key = [(second[0]! ^ first[2]!) >>> 0, (second[1]! ^ first[3]!) >>> 0];
  return Array.from({ length: count }, (_, i) =>
    philox([i, 0, second[2]!, second[3]!], key),
  ).flat();
}

describe('random numbers of a trial', () => {
  it('are Philox of seed, trial and use', () => {
    const seed = 0x123456789abcdef0n;
    const random = new TrialRandom({ seed, trial: 77, use: 1 });
    const words = Array.from({ length: 200 }, () => random.word());
    expect(words).toEqual(wordsOf(seed, 77, 1, 50));
  });

  it('are uniform, and normal', () => {
    const random = new TrialRandom({ seed: 5n, trial: 0, use: 3 });
    const count = 20_000;
    const uniform = Array.from({ length: count }, () => random.uniform());
    const normal = Array.from({ length: count }, () => random.normal());
    const mean = (values: readonly number[]): number =>
      values.reduce((a, b) => a + b, 0) / values.length;
    expect(uniform.every((u) => u >= 0 && u < 1)).toBe(true);
    expect(mean(uniform)).toBeCloseTo(0.5, 1.9);
    expect(mean(normal)).toBeCloseTo(0, 1.5);
    expect(mean(normal.map((z) => z * z))).toBeCloseTo(1, 1.3);
    expect(mean(normal.map((z) => z ** 4))).toBeCloseTo(3, 0.6);
  });

  it('give trials of a study different seeds, and two studies too', () => {
    const seeds = [0n, 1n].flatMap((seed) =>
      Array.from({ length: 500 }, (_, i) => seedOf(seed, i)),
    );
    expect(new Set(seeds).size).toBe(1000);
    expect(seeds.every(Number.isSafeInteger)).toBe(true);
  });
});

describe.each([
  ['random', search.random()],
  ['sobol', search.sobol()],
])('%s', (_, sampler) => {
  it('makes a trial of seed and number alone', () => {
    const all = sampled(sampler, mixed, { trials: 40, seed: 3n });
    expect(sampled(sampler, mixed, { trials: 40, seed: 3n })).toEqual(all);
    expect(sampled(sampler, mixed, { trials: 9, seed: 3n })).toEqual(all.slice(0, 9));
    expect(sampled(sampler, mixed, { trials: 40, seed: 4n })).not.toEqual(all);
    expect(new Set(all.map(({ values }) => JSON.stringify(values))).size).toBe(40);
  });

  it('leaves out parameters whose condition does not hold', () => {
    for (const { values } of sampled(sampler, mixed, { trials: 50 }))
      expect('momentum' in values).toBe(values['optimizer'] === 'momentum');
  });

  it('keeps to a constraint, and refuses one that accepts nothing', async () => {
    const accepts = (values: search.AnyValues): boolean => Number(values['x']) < 0.2;
    const some = sampled(sampler, unit, { trials: 30, accepts });
    expect(some.every(({ values }) => Number(values['x']) < 0.2)).toBe(true);
    expect(sampled(sampler, unit, { trials: 8, accepts })).toEqual(some.slice(0, 8));
    const none = () => sampled(sampler, unit, { trials: 1, accepts: () => false });
    expect(await failure(none)).toMatchObject({ code: 'RANGE', path: 'search.constraint' });
  });
});

describe('sobol', () => {
  it('has the points of scipy without scrambling', () => {
    const { rows, points, sums } = JSON.parse(
      readFileSync('test/fixtures/scipy-sobol.json', 'utf8'),
    ) as { rows: number[]; points: number[][]; sums: number[] };
    const at = sobolSequence(64, undefined);
    for (const [i, row] of rows.entries())
      expect(points[i]!.map((_, d) => at(d, row) * 2 ** 32)).toEqual(points[i]);
    const added = sums.map((_, d) => {
      let sum = 0;
      for (let row = 0; row < 1024; row++) sum += at(d, row) * 2 ** 32;
      return sum;
    });
    expect(added).toEqual(sums);
  });

  it('has a point in each of 2^k equal parts of each parameter, and in each of 2^a × 2^b boxes', () => {
    const at = sobolSequence(8, 11n);
    const count = 256;
    for (let d = 0; d < 8; d++) {
      const parts = Array.from({ length: count }, (_, i) => Math.floor(at(d, i) * count));
      expect(new Set(parts).size).toBe(count);
    }
    // The first two dimensions are a (0, 8, 2)-net in base 2, which Owen's scrambling keeps.
    for (const wide of [2, 4, 16, 64]) {
      const boxes = Array.from({ length: count }, (_, i) => {
        const [x, y] = [at(0, i), at(1, i)];
        return Math.floor(x * wide) * count + Math.floor((y * count) / wide);
      });
      expect(new Set(boxes).size).toBe(count);
    }
  });

  it('refuses more parameters than it has directions for', async () => {
    const space = Object.fromEntries(
      Array.from({ length: 65 }, (_, i) => [`x${i}`, search.uniform(0, 1)]),
    );
    const error = await failure(() => sampled(search.sobol(), space, { trials: 1 }));
    expect(error).toMatchObject({ code: 'UNSUPPORTED', path: 'search.sampler' });
  });
});

describe('grid', () => {
  it('is refused where the constraint refuses all of it', async () => {
    const options = { space: { x: search.uniform(0, 1) }, constraint: () => false };
    const run = () => search.study({ ...options, sampler: 'grid' });
    expect(await failure(run)).toMatchObject({
      code: 'RANGE',
      path: 'search.constraint',
      received: 'a function that refused 5 points in a row',
    });
  });

  it('tries each combination once, in an order of its seed', () => {
    const space = { x: search.uniform(0, 1), c: search.choice(['a', 'b']) };
    const all = sampled(search.grid({ points: 3 }), space, { trials: 6 });
    const texts = all.map(({ values }) => `${String(values['x'])}${String(values['c'])}`);
    expect(texts.toSorted()).toEqual(['0.5a', '0.5b', '0a', '0b', '1a', '1b']);
    const other = sampled(search.grid({ points: 3 }), space, { trials: 6, seed: 1n });
    expect(other.map(({ values }) => values)).not.toEqual(all.map(({ values }) => values));
  });

  it('tries a combination once where a condition leaves parameters out', () => {
    const space = {
      optimizer: search.choice(['adam', 'momentum']),
      momentum: search.conditional(search.uniform(0, 1), { when: { optimizer: 'momentum' } }),
    };
    const all = sampled(search.grid({ points: 4 }), space, { trials: 5 });
    expect(new Set(all.map(({ values }) => JSON.stringify(values))).size).toBe(5);
  });

  it('takes whole numbers and ranges with few values as they are', () => {
    const space = { layers: search.integer(1, 3), units: search.integer(1, 100, { log: true }) };
    const all = sampled(search.grid({ points: 5 }), space, { trials: 15 });
    expect(new Set(all.map(({ values }) => values['layers']))).toEqual(new Set([1, 2, 3]));
    expect(new Set(all.map(({ values }) => values['units']))).toContain(100);
  });

  it('refuses a grid of too many points', async () => {
    const space = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`x${i}`, search.uniform(0, 1)]),
    );
    const error = await failure(() => sampled(search.grid(), space, { trials: 1 }));
    expect(error).toMatchObject({ code: 'RANGE', path: 'search.sampler' });
  });

  it('is worse than random where one of two parameters matters (Bergstra and Bengio 2012)', () => {
    const regret = (sampler: search.Sampler, seed: number): number => {
      const best = ((seed * 0.618) % 1) * 0.8 + 0.1;
      const value = ({ x }: search.AnyValues): number => Math.abs(Number(x) - best);
      return leastOf(sampled(sampler, unit, { trials: 25, seed: BigInt(seed), value }));
    };
    const seeds = Array.from({ length: 60 }, (_, i) => i);
    const [grid, random] = [search.grid(), search.random()].map((sampler) =>
      medianOf(seeds.map((seed) => regret(sampler, seed))),
    );
    // 5 values lie 1/8 away on average of the middles between them, and 25 random ones about 1/70.
    expect(grid!).toBeGreaterThan(2.5 * random!);
  });
});

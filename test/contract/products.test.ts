/**
 * Products have the bits of plain loops of fused multiply-adds, on every instruction set, at any
 * thread count, and in whatever way they are cut.
 */
import { describe, expect, it } from 'vitest';
import { native } from '../../src/native.js';
import { isAvailable } from '../oracle/devices.js';
import { type ProductFields, type ProductPlan, lab } from '../lab.js';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';

type Lanes = Parameters<typeof lab.product>[0];

/** True where software computes fused multiply-adds, which is slow. */
const isInSoftware = (lanes: Lanes): boolean =>
  native
    .implementations(`cpu:${lanes}`)
    .some(({ implementation }) => implementation.endsWith('in software'));
const all = (['baseline', 'avx2', 'avx512'] as const).filter((lanes) =>
  isAvailable(`cpu:${lanes}`),
);
const threadCounts = [1, 2, 3, 7];

/** Around the borders of vectors, tiles, chunks and blocks. */
const sizes = [
  1, 2, 3, 4, 5, 7, 8, 11, 13, 14, 15, 16, 17, 23, 28, 29, 31, 32, 33, 47, 61, 63, 64, 65, 97, 100,
  127, 128, 129, 250, 257,
];
const longSizes = [511, 512, 513, 784, 1023, 1025, 1536, 1537, 1600];
const odd = [0, -0, 1e-40, -1e-38, 3e38, Infinity, -Infinity, NaN];

interface Trial {
  readonly fields: Omit<ProductFields, 'c'>;
  readonly plan: ProductPlan;
}

function trialOf(random: () => number, hasOdd: boolean): Trial {
  const pick = (from: readonly number[]) => from[Math.floor(random() * from.length)]!;
  const [transposeA, transposeB] = [[0, 0] as const, [0, 1] as const, [1, 0] as const][
    Math.floor(random() * 3)
  ]!;
  const isLong = random() < 0.3;
  const [m, n, k] = [pick(sizes), pick(sizes), isLong ? pick(longSizes) : pick(sizes)];
  const [a, b] = [floats(random, m * k), floats(random, k * n)];
  if (hasOdd)
    for (let i = 0; i < 9; i++) {
      a[Math.floor(random() * a.length)] = pick(odd);
      b[Math.floor(random() * b.length)] = pick(odd);
    }
  return {
    fields: {
      a,
      b,
      m,
      n,
      k,
      transposeA,
      transposeB,
      bias: random() < 0.5 ? floats(random, n) : undefined,
      activation: random() < 0.5 ? 'relu' : 'none',
    },
    plan: {
      rows: 1 + Math.floor(random() * m),
      columns: 1 + Math.floor(random() * n),
      depth: 16 * (1 + Math.floor(random() * 32)),
      logVectors: Math.floor(random() * 4),
      packsA: random() < 0.5 ? 1 : 0,
      packsB: random() < 0.5 ? 1 : 0,
    },
  };
}

const guard = 64; // numbers behind c, which no product may write

function compute(lanes: Lanes, fields: Omit<ProductFields, 'c'>, plan?: ProductPlan) {
  const c = new Float32Array(fields.m * fields.n + guard).fill(1e30);
  lab.product(lanes, { ...fields, c }, plan, 1);
  expect(c.subarray(-guard).every((value) => value === Math.fround(1e30))).toBe(true);
  return c;
}

function name({ fields: { m, n, k, transposeA, transposeB }, plan }: Trial): string {
  return JSON.stringify({ m, n, k, transposeA, transposeB, ...plan });
}

describe('a product', () => {
  it('is tried on the baseline at least', () => {
    expect(all).toContain('baseline');
  });

  it('has the bits of plain loops, whatever its shape, cut and number of threads', () => {
    const random = generator(19);
    for (let round = 0; round < 150; round++) {
      const trial = trialOf(random, round % 5 === 0);
      const expected = compute('plain', trial.fields);
      try {
        for (const lanes of all) {
          lab.setThreadCount(threadCounts[round % threadCounts.length]!);
          expect(sameBits(compute(lanes, trial.fields), expected), lanes).toBe(true);
          const cut = compute(lanes, trial.fields, trial.plan);
          expect(sameBits(cut, expected), `${lanes}, ${name(trial)}`).toBe(true);
        }
      } finally {
        lab.setThreadCount(0);
      }
    }
  });

  it.each([1, 2, 7])('has these bits where it is large, on %d threads', (threads) => {
    const random = generator(threads);
    const shapes = [
      { m: 128, n: 1100, k: 600, transposeA: 0, transposeB: 0 },
      { m: 150, n: 700, k: 900, transposeA: 0, transposeB: 1 },
      { m: 130, n: 350, k: 1600, transposeA: 0, transposeB: 0 }, // copied in blocks
      { m: 700, n: 300, k: 601, transposeA: 1, transposeB: 0 },
    ] as const;
    for (const shape of shapes) {
      const { m, n, k } = shape;
      const fields = { ...shape, a: floats(random, m * k), b: floats(random, k * n) };
      const expected = compute('plain', fields);
      lab.setThreadCount(threads);
      try {
        for (const lanes of all.filter((each) => !isInSoftware(each)))
          expect(sameBits(compute(lanes, fields), expected), lanes).toBe(true);
      } finally {
        lab.setThreadCount(0);
      }
    }
  });

  it('is all zeros and bias where the sum is empty', () => {
    for (const [transposeA, transposeB] of [
      [0, 0],
      [0, 1],
      [1, 0],
    ] as const) {
      const bias = Float32Array.of(1, -2, 3);
      const none = new Float32Array(0);
      const fields = { a: none, b: none, m: 2, n: 3, k: 0, transposeA, transposeB, bias };
      for (const lanes of ['plain', ...all] as const)
        expect([...compute(lanes, fields).subarray(0, 6)], lanes).toEqual([1, -2, 3, 1, -2, 3]);
    }
  });

  it('is as near to float64 as a chain of roundings may be', () => {
    const random = generator(5);
    const [m, n, k] = [9, 11, 1500];
    const [a, b] = [floats(random, m * k), floats(random, k * n)];
    const fields = { a, b, m, n, k, transposeA: 0, transposeB: 0 } as const;
    const found = compute(all.at(-1)!, fields);
    // Higham 2002, section 3.1: |error| is at most k u sum |a| |b|, u = 2^-24.
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let [sum, magnitudes] = [0, 0];
        for (let l = 0; l < k; l++) {
          const term = a[i * k + l]! * b[l * n + j]!;
          sum += term;
          magnitudes += Math.abs(term);
        }
        expect(Math.abs(found[i * n + j]! - sum)).toBeLessThan(k * 2 ** -24 * magnitudes);
      }
    expect(
      largestError(found.subarray(0, m * n), compute('plain', fields).subarray(0, m * n), 1),
    ).toBe(0);
  });
});

/**
 * Averages of weights in training agree with their formulas in float64, and have the same bits
 * everywhere.
 */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { average, data, schedule } from '../../src/index.js';
import { native } from '../../src/native.js';
import { meanOf } from '../oracle/averages.js';
import { largestError, sameBits } from '../oracle/random.js';
import { make, rows, set } from './averaged.js';

type Named = Record<string, Float32Array>;

/**
 * Runs six epochs of two steps; returns the raw weights after each step, and the average at the
 * end.
 */
async function run(
  kept: average.WeightAverage,
  device?: DeviceName,
): Promise<{ raw: Named[]; averaged: Named; count: number }> {
  // The same run without an average is cut into single steps: an average changes no weight.
  using plain = make(undefined, device);
  const raw: Named[] = [];
  using trainer = make(kept, device);
  for (let epoch = 0; epoch < 6; epoch++) {
    await trainer.fit(set, { epochs: 1, batchSize: 6, shuffle: false });
    for (const half of [0, 1]) {
      await plain.fit(halves[half]!, { epochs: 1, batchSize: 6, shuffle: false });
      raw.push(plain.parameters());
    }
  }
  const last = trainer.parameters();
  for (const [name, array] of Object.entries(raw.at(-1)!))
    expect(sameBits(last[name]!, array), name).toBe(true);
  return { raw, averaged: trainer.parameters({ weights: 'averaged' }), count: trainer.averaged };
}

const halves = [0, 1].map((half) =>
  data.fromArrays({
    inputs: rows.slice(half * 180, (half + 1) * 180),
    shape: [6, 30],
    labels: Int32Array.from({ length: 6 }, (_, i) => i % 3),
  }),
);

/** The shares of the 12 steps' weights in the average, from the definition of each kind. */
const cases: readonly (readonly [string, average.WeightAverage, readonly number[]])[] = [
  ['ema', average.ema({ decay: 0.9 }), shares((n) => (n === 0 ? 0 : 0.9))],
  [
    'ema with warm-up',
    average.ema({ decay: 0.6, warmup: 5 }),
    shares((n) => (n === 0 ? 0 : Math.min(0.6, (n + 1) / (5 + n)))),
  ],
  [
    'ema with a schedule',
    average.ema({ decay: schedule.piecewise({ values: [0.5, 0.8], at: [6] }) }),
    shares((n) => (n === 0 ? 0 : n < 6 ? 0.5 : 0.8)),
  ],
  ['running', average.running({ decay: 0.8 }), normalised((k) => 0.8 ** (11 - k))],
  ['polyak', average.polyak(), normalised(() => 1)],
  ['polyak, late', average.polyak({ start: 5 }), normalised((k) => Number(k >= 4))],
  [
    'swa',
    average.swa({ start: 3, every: 4 }),
    normalised((k) => Number(k === 2 || k === 6 || k === 10)),
  ],
  [
    'swa by epochs',
    average.swa({ start: 2, every: 3, unit: 'epoch' }),
    normalised((k) => Number(k === 3 || k === 9)),
  ],
];

/** Returns the share of each of 12 weights, where the n-th leaves `decay(n)` of those before. */
function shares(decay: (n: number) => number): number[] {
  return Array.from({ length: 12 }, (_, k) => {
    let share = 1 - decay(k);
    for (let n = k + 1; n < 12; n++) share *= decay(n);
    return share;
  });
}

function normalised(weight: (k: number) => number): number[] {
  const all = Array.from({ length: 12 }, (_, k) => weight(k));
  const sum = all.reduce((a, b) => a + b, 0);
  return all.map((w) => w / sum);
}

describe.each(cases)('%s', (_, kept, expected) => {
  it('is the weighted mean of its definition', async () => {
    const { raw, averaged, count } = await run(kept);
    expect(count).toBe(
      kept.kind === 'swa' ? expected.filter((w) => w > 0).length : kept.start === 5 ? 8 : 12,
    );
    for (const [name, array] of Object.entries(averaged)) {
      const exact = meanOf(
        raw.map((weights) => weights[name]!),
        expected,
      );
      // At most 12 times, three operations round.
      expect(largestError(array, exact, 1)).toBeLessThan(12 * 2 ** -23);
    }
  });

  it('has the same bits on every device, given the same weights', async () => {
    const all: DeviceName[] = ['reference', 'cpu:baseline', 'cpu:avx2', 'cpu:avx512', 'cpu'];
    const devices = all.filter(works);
    for (const device of [...devices, ...(hasCuda ? (['cuda'] as const) : [])]) {
      for (const threads of device.startsWith('c') ? [1, 3] : [1]) {
        native.setThreadCount(threads);
        const { raw, averaged } = await run(kept, device);
        native.setThreadCount(0);
        for (const [name, array] of Object.entries(averaged)) {
          const mine = stepwise(
            raw.map((weights) => weights[name]!),
            expected,
          );
          expect(sameBits(array, mine), `${device}, ${threads} threads, ${name}`).toBe(true);
        }
      }
    }
  });
});

function works(device: DeviceName): boolean {
  try {
    return native.implementations(device).length > 0;
  } catch {
    return false; // this machine lacks it
  }
}

/** Averages in float32, in the order of the definition: a += rate (w − a). */
function stepwise(weights: readonly Float32Array[], share: readonly number[]): Float32Array {
  let mean: Float32Array | undefined;
  let sum = 0;
  // The rate of the k-th weight is its share over the sum of the first k shares.
  const rest = share.map((_, k) => share.slice(0, k + 1).reduce((a, b) => a + b, 0));
  weights.forEach((w, k) => {
    sum += share[k]!;
    if (share[k] === 0) return;
    const rate = Math.fround(share[k]! / rest[k]!);
    const before = mean;
    mean = before
      ? before.map((a, i) => Math.fround(a + Math.fround(rate * Math.fround(w[i]! - a))))
      : w.slice();
  });
  expect(sum).toBeCloseTo(1, 12);
  return mean!;
}

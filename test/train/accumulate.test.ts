/** A step over the gradients of several batches equals a step over one batch of all their rows. */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { type FitOptions, Trainer, average, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, largestError } from '../oracle/random.js';

const rows = 110;
const inputs = floats(generator(1), rows * 9);
const set = data.fromArrays({
  inputs,
  shape: [rows, 9],
  labels: Int32Array.from({ length: rows }, (_, i) => (i * i) % 4),
});
const model = nn.sequential({ input: [9] }, nn.dense(12, { activation: 'tanh' }), nn.dense(4));
const devices: DeviceName[] = [
  'reference',
  'cpu:baseline',
  'cpu',
  ...(hasCuda ? (['cuda'] as const) : []),
];

function make(device: DeviceName, options: object = {}): Trainer {
  const optimizer = optim.momentum({ learningRate: 0.05 });
  const base = { model, loss: 'softmaxCrossEntropy', optimizer, seed: 4, device } as const;
  return new Trainer({ ...base, ...options });
}

async function after(device: DeviceName, fit: Partial<FitOptions>, options: object = {}) {
  using trainer = make(device, options);
  const history = await trainer.fit(set, { epochs: 2, ...fit });
  return { parameters: trainer.parameters(), epochs: history.epochs, steps: trainer.steps };
}

function expectClose(
  a: Record<string, Float32Array>,
  b: Record<string, Float32Array>,
  bound: number,
): void {
  for (const [name, array] of Object.entries(a))
    expect(largestError(array, b[name]!, 1), name).toBeLessThan(bound);
}

describe.each(devices)('on %s', (device) => {
  // With 110 rows, the last of the steps over 32, 40 and 48 has 14, 30 and 14, in parts of 8, 6 and
  // 16.
  it.each([
    [8, 4],
    [10, 4],
    [16, 3],
    [7, 100],
  ])('%d rows, %d times, are one batch of all', async (batchSize, accumulate) => {
    const clip = { globalNorm: 0.3 };
    const whole = Math.min(batchSize * accumulate, rows);
    const [parts, one] = [
      await after(device, { batchSize, accumulate }, { clip }),
      await after(device, { batchSize: whole }, { clip }),
    ];
    expect(parts.steps).toBe(one.steps);
    expect(parts.steps).toBe(2 * Math.ceil(rows / whole));
    expectClose(parts.parameters, one.parameters, 2e-6);
    parts.epochs.forEach((epoch, i) => {
      expect(epoch.loss).toBeCloseTo(one.epochs[i]!.loss, 5);
      expect(epoch.accuracy).toBe(one.epochs[i]!.accuracy);
      expect(epoch.gradientNorm).toBeCloseTo(one.epochs[i]!.gradientNorm!, 5);
    });
  });

  it('a last, smaller step can be dropped', async () => {
    const fit = { batchSize: 8, accumulate: 4, last: 'drop' } as const;
    const [parts, one] = [
      await after(device, fit),
      await after(device, { batchSize: 32, last: 'drop' }),
    ];
    expect(parts.steps).toBe(6);
    expectClose(parts.parameters, one.parameters, 2e-6);
  });

  it('takes turns with whole batches', async () => {
    const run = async (accumulate: number) => {
      using trainer = make(device);
      const half = 32 / accumulate;
      await trainer.fit(set, { epochs: 1, batchSize: 32 });
      await trainer.fit(set, { epochs: 1, batchSize: half, accumulate });
      await trainer.fit(set, { epochs: 1, batchSize: 32 });
      return trainer.parameters();
    };
    expectClose(await run(2), await run(1), 4e-6);
  });

  it('skips a step whole, and goes on with clean sums', async () => {
    const bad = data.fromArrays({
      inputs: inputs.map((x, i) => (i === 50 * 9 ? Infinity : x)),
      shape: [rows, 9],
      labels: Int32Array.from({ length: rows }, (_, i) => (i * i) % 4),
    });
    const run = async (fit: Partial<FitOptions>) => {
      using trainer = make(device, { nonFinite: 'skip', average: average.polyak() });
      const { epochs } = await trainer.fit(bad, { epochs: 2, shuffle: false, ...fit });
      expect(epochs.map(({ skippedSteps }) => skippedSteps)).toEqual([1, 1]);
      expect(trainer.averaged).toBe(trainer.steps);
      return trainer.parameters();
    };
    const [parts, one] = [await run({ batchSize: 8, accumulate: 4 }), await run({ batchSize: 32 })];
    expectClose(parts, one, 2e-6);
  });
});

it('has the same bits on every instruction set and number of threads', async () => {
  const fit = { batchSize: 9, accumulate: 3 };
  const { parameters } = await after('cpu:baseline', fit);
  for (const device of ['cpu:avx2', 'cpu:avx512'] as const) {
    try {
      native.implementations(device);
    } catch {
      continue; // this machine lacks it
    }
    for (const threads of [1, 3]) {
      native.setThreadCount(threads);
      expect((await after(device, fit)).parameters).toEqual(parameters);
      native.setThreadCount(0);
    }
  }
});

it('draws other masks for each batch of a step, the same ones each time', async () => {
  const dropped = nn.sequential({ input: [9] }, nn.dropout(0.5), nn.dense(4));
  // Every row is equal: without masks, or with equal ones, four batches are like one.
  const same = data.fromArrays({
    inputs: new Float32Array(32 * 9).fill(1),
    shape: [32, 9],
    labels: new Int32Array(32),
  });
  const run = async (batchSize: number, accumulate: number) => {
    using trainer = make('cpu:baseline', { model: dropped });
    await trainer.fit(same, { epochs: 1, batchSize, accumulate });
    return trainer.parameters()['dense1.weight']!;
  };
  const [four, again] = [await run(8, 4), await run(8, 4)];
  expect(four).toEqual(again);
  using alone = make('cpu:baseline', { model: dropped });
  await alone.fit(
    data.fromArrays({
      inputs: new Float32Array(72).fill(1),
      shape: [8, 9],
      labels: new Int32Array(8),
    }),
    { epochs: 1, batchSize: 8 },
  );
  expect(four).not.toEqual(alone.parameters()['dense1.weight']);
});

it('refuses what is no count', async () => {
  using trainer = make('cpu');
  for (const [accumulate, code] of [
    [0, 'RANGE'],
    [1.5, 'TYPE'],
    ['2', 'TYPE'],
  ] as const) {
    const fit = { epochs: 1, accumulate } as unknown as FitOptions;
    expect(await failure(() => trainer.fit(set, fit))).toMatchObject({
      code,
      path: 'fit.accumulate',
    });
  }
  const fit = { epochs: 1, batchSize: 60, accumulate: 2, last: 'drop' } as const;
  expect((await failure(() => trainer.fit(set, fit))).code).toBe('EMPTY_EPOCH');
});

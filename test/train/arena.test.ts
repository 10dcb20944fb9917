/**
 * The trainer's arena, its steps queued or not, and optim.bind's arrays: every optimizer, the same
 * bits. And the arena's initial weights.
 */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { floats, generator, sameBits } from '../oracle/random.js';
import { variants } from '../registry.js';

const rows = 12;
const all = Uint32Array.from({ length: rows }, (_, i) => i);
const train = data.fromArrays({
  inputs: floats(generator(1), rows * 70),
  shape: [rows, 70],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
});
const network = nn.sequential(
  { input: [70] },
  nn.dense(60, { activation: 'tanh' }), // more than one piece of 4,096
  nn.dense(3),
);
const devices: DeviceName[] = ['reference', 'cpu', ...(hasCuda ? (['cuda'] as const) : [])];

describe.each(devices)('over the arena and over arrays, on %s', (device) => {
  it.each(variants)('%s', async (_, make) => {
    const optimizer = make({
      groups: [{ match: '*.bias', weightDecay: 0, learningRateScale: 2 }],
      l2: 1e-3,
      weightDecay: 0.01,
    });
    const options = { clip: { globalNorm: 0.3 } };
    using trainer = new Trainer({
      model: network,
      loss: 'softmaxCrossEntropy',
      optimizer,
      device,
      seed: 7,
      ...options,
    });
    const weights = trainer.parameters();
    using stepper = optim.bind(optimizer, weights, options);
    for (let step = 0; step < 6; step++) {
      stepper.step(trainer.gradients(train, all).gradients);
      await trainer.fit(train, { epochs: 1, batchSize: rows, shuffle: false });
      for (const [name, values] of Object.entries(trainer.parameters()))
        expect(sameBits(values, weights[name]!), `${name}, step ${step}`).toBe(true);
    }
  });
});

it('initial weights have the promised spread and depend on seed and tensor alone', () => {
  const wide = nn.sequential(
    { input: [300] },
    nn.dense(400, { weightInitializer: 'heNormal', biasInitializer: 'ones' }),
    nn.dense(200, { weightInitializer: 'glorotUniform' }),
  );
  const make = (seed: number): Record<string, Float32Array> => {
    using trainer = new Trainer({
      model: wide,
      loss: 'meanSquaredError',
      optimizer: optim.sgd(),
      seed,
    });
    return trainer.parameters();
  };
  native.setThreadCount(1);
  const a = make(1);
  native.setThreadCount(0);
  const deviation = (x: Float32Array): number =>
    Math.hypot(...x.subarray(0, 60_000)) / Math.sqrt(60_000);
  expect(deviation(a['dense1.weight']!)).toBeCloseTo(Math.sqrt(2 / 300), 3);
  expect(deviation(a['dense2.weight']!)).toBeCloseTo(Math.sqrt(2 / 600), 3);
  const limit = Math.sqrt(6 / 600);
  expect(a['dense2.weight']!.every((w) => Math.abs(w) <= limit)).toBe(true);
  expect(a['dense1.bias']!.every((w) => w === 1)).toBe(true);
  expect(sameBits(make(1)['dense1.weight']!, a['dense1.weight']!)).toBe(true);
  expect(sameBits(make(2)['dense1.weight']!, a['dense1.weight']!)).toBe(false);
});

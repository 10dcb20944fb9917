/** Every optimizer gives the same bits over a trainer's arena, its steps queued or not, and over the caller's arrays. */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator, sameBits } from '../oracle/random.js';
import { variants } from '../registry.js';

const rows = 12;
const all = Uint32Array.from({ length: rows }, (_, i) => i);
const train = data.fromArrays({
  inputs: floats(generator(1), rows * 70),
  ...{ shape: [rows, 70], labels: Int32Array.from({ length: rows }, (_, i) => i % 3) },
});
const model = nn.sequential(
  { input: [70] },
  nn.dense(60, { activation: 'tanh' }), // more than one piece of 4,096
  nn.dense(3),
);
const devices: DeviceName[] = ['reference', 'cpu', ...(hasCuda ? (['cuda'] as const) : [])];

describe.each(devices)('on %s', (device) => {
  it.each(variants)('%s', async (_, make) => {
    const optimizer = make({
      groups: [{ match: '*.bias', weightDecay: 0, learningRateScale: 2 }],
      l2: 1e-3,
      weightDecay: 0.01,
    });
    const options = { clip: { globalNorm: 0.3 } };
    using trainer = new Trainer({
      ...{ model, loss: 'softmaxCrossEntropy', optimizer, device, seed: 7, ...options },
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

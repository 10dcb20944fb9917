/** Training steps that would overflow a weight, though their gradients are finite. */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import {
  type FitOptions,
  Trainer,
  type TrainerOptions,
  average,
  data,
  nn,
  optim,
  schedule,
} from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const devices: DeviceName[] = ['reference', 'cpu', ...(hasCuda ? (['cuda'] as const) : [])];
const rows = 32;
const train = data.fromArrays({
  inputs: floats(generator(1), rows * 4, 1e3),
  shape: [rows, 4],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
});
const batches: Partial<FitOptions> = { batchSize: 4 };

/** Four steps of an ordinary rate, an epoch of them, then some that overflow. */
function make(options: Partial<TrainerOptions>): Trainer {
  const learningRate = schedule.piecewise({ values: [1e-6, 3e38], at: [8] });
  return new Trainer({
    model: nn.sequential({ input: [4] }, nn.dense(5, { name: 'first' }), nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.momentum({ learningRate }),
    seed: 4,
    ...options,
  });
}

const variants: readonly (readonly [string, Partial<TrainerOptions>, Partial<FitOptions>])[] = [
  ['plain', {}, {}],
  ['with an average', { average: average.ema({ decay: 0.5 }) }, {}],
  ['with accumulated gradients', {}, { batchSize: 2, accumulate: 2 }],
  ['with a monitor', {}, { monitor: { every: 1 } }],
  ['with a guard', {}, { guard: { everySteps: 2 } }],
  ['with a norm', { clip: { globalNorm: 1e20 } }, {}],
];

describe.each(devices)('on %s', (device) => {
  it.each(variants)('%s: stops before anything changes', async (_, options, fit) => {
    using before = make({ device, ...options });
    await before.fit(train, { epochs: 1, ...batches, ...fit });
    using trainer = make({ device, ...options });
    const error = await failure(() => trainer.fit(train, { epochs: 2, ...batches, ...fit }));
    expect(error).toMatchObject({ code: 'NONFINITE' });
    expect(error.path).toMatch(/^parameter (first|dense\w*)\.(weight|bias)\[\d+\]$/);
    expect(error.received).toMatch(
      /Infinity from a gradient of .* at step 9, batch 0 of its epoch/,
    );
    expect(trainer.steps).toBe(8);
    expect(trainer.parameters()).toEqual(before.parameters());
    if (options.average !== undefined)
      expect(trainer.parameters({ weights: 'averaged' })).toEqual(
        before.parameters({ weights: 'averaged' }),
      );
  });

  it.each(variants)('%s: leaves such steps out where it is told to', async (_, options, fit) => {
    using before = make({ device, ...options });
    await before.fit(train, { epochs: 1, ...batches, ...fit });
    using trainer = make({ device, nonFinite: 'skip', ...options });
    const { epochs } = await trainer.fit(train, { epochs: 2, ...batches, ...fit });
    expect(epochs.map(({ skippedSteps }) => skippedSteps)).toEqual([0, 8]);
    expect(trainer.parameters()).toEqual(before.parameters());
  });
});

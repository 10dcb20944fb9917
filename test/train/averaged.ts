/** A trainer that averages its weights, and its data. */
import type { DeviceName } from '../../src/device.js';
import { Trainer, average, data, nn, optim } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

// The weight has more than one piece (4,096), and no whole number of vectors.
export const model = nn.sequential(
  { input: [30] },
  nn.dense(141, { activation: 'tanh' }),
  nn.dense(3),
);

export const rows = floats(generator(7), 12 * 30);

export const set = data.fromArrays({
  inputs: rows,
  shape: [12, 30],
  labels: Int32Array.from({ length: 12 }, (_, i) => i % 3),
});

export function make(
  kept: average.WeightAverage | undefined,
  device: DeviceName = 'cpu:baseline',
): Trainer {
  return new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    seed: 3,
    device,
    ...(kept && { average: kept }),
  } as const);
}

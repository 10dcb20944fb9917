/** Data and models whose running statistics the tests compare. */
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

export const rows = 50;

export const features = 4;

export const values = floats(generator(2), rows * features).map(
  (v, i) => v * (1 + (i % features)) + 3,
);

export function dataset(inputs = values, count = rows): data.Dataset {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  return data.fromArrays({
    inputs: inputs.slice(0, count * features),
    shape: [count, features],
    labels,
  });
}

export const shallow = (options: nn.BatchNormOptions = {}) =>
  nn.sequential({ input: [features] }, nn.batchNorm(options), nn.dense(3));

export const deep = nn.sequential(
  { input: [features] },
  nn.dense(9),
  nn.batchNorm(),
  nn.relu(),
  nn.dropout(0.1),
  nn.dense(7),
  nn.layerNorm(),
  nn.gelu(),
  nn.residual([nn.dense(7), nn.batchNorm({ scale: false }), nn.relu()]),
  nn.residual([nn.dense(5), nn.tanh()], { shortcut: nn.dense(5) }),
  nn.dense(3),
);

export function make(
  model: nn.Sequential,
  options: Partial<ConstructorParameters<typeof Trainer>[0]> = {},
) {
  const optimizer = optim.momentum({ learningRate: 0.05 });
  return new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer, seed: 4, ...options });
}

export const inOrder = { epochs: 1, batchSize: 16, shuffle: false } as const;

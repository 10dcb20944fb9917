// Makes the network that every program here trains, and a hash of its weights.
import { createHash } from 'node:crypto';
import { Trainer, data, nn, optim } from 'thalweg';

export const xor = data.fromArrays({
  inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
  shape: [4, 2],
  labels: Int32Array.of(0, 1, 1, 0),
});

export function makeTrainer() {
  return new Trainer({
    model: nn.sequential(
      { input: [2] },
      nn.dense(16, { activation: 'tanh' }),
      nn.dropout(0.1),
      nn.dense(2),
    ),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam({ learningRate: 0.05 }),
    seed: 1,
  });
}

export const options = { epochs: 200, batchSize: 2 };
export const endless = { epochs: 1e9, batchSize: 2 };

export function hash(trainer) {
  const sum = createHash('sha256');
  for (const values of Object.values(trainer.parameters())) sum.update(values);
  return sum.digest('hex');
}

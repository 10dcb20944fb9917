/** A small trained model with dropout, batch norm, a convolution and an average of its weights. */
import { Trainer, type TrainerOptions, average, data, nn, optim } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

/** The kinds of layers whose tensors differ: parameters, statistics, none. */
export const model = nn.sequential(
  { input: [4, 4, 2] },
  nn.conv2d(3, { kernel: 2, activation: 'relu' }),
  nn.batchNorm(),
  nn.residual([nn.conv2d(3, { kernel: 3, padding: 'same' })]),
  nn.flatten(),
  nn.dropout(0.25),
  nn.dense(3),
);

/** Returns so many random rows of inputs. */
export const inputsOf = (rows: number, seed = 5): Float32Array =>
  floats(generator(seed), rows * 32);

/** Returns a trainer of the model that has taken some steps. */
export async function trained(options: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const trainer = new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    seed: 3,
    device: 'cpu:baseline',
    optimizer: optim.adam({ learningRate: 0.01 }),
    average: average.ema({ decay: 0.9 }),
    ...options,
  });
  const labels = Int32Array.from({ length: 24 }, (_, i) => i % 3);
  using dataset = data.fromArrays({ inputs: inputsOf(24), shape: [24, 4, 4, 2], labels });
  await trainer.fit(dataset, { epochs: 2, batchSize: 8 });
  return trainer;
}

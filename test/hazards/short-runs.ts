/** A small model and data for runs that events disturb. */
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

export const model = nn.sequential(
  { input: [20] },
  nn.dense(64, { activation: 'relu' }),
  nn.dropout(0.3),
  nn.dense(3),
);

export const make = (): Trainer =>
  new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam(), seed: 3 });

export function examples(rows = 20_000): data.Dataset {
  const random = generator(1);
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * 3));
  return data.fromArrays({ inputs: floats(random, rows * 20), shape: [rows, 20], labels });
}

/** A small model and data for runs with callbacks. */
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

const model = nn.sequential({ input: [4] }, nn.dense(8, { activation: 'relu' }), nn.dense(3));

export const make = (options: Partial<ConstructorParameters<typeof Trainer>[0]> = {}): Trainer =>
  new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam(), seed: 5, ...options });

export function examples(rows = 200, seed = 1): data.Dataset {
  const random = generator(seed);
  const inputs = floats(random, rows * 4);
  const labels = Int32Array.from({ length: rows }, (_, i) => (inputs[i * 4]! > 0 ? 1 : 0));
  return data.fromArrays({ inputs, shape: [rows, 4], labels });
}

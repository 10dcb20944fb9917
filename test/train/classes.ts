/** A small data set of three classes, and a trainer for it. */
import { expect } from 'vitest';
import { ThalwegError, Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

export const model = nn.sequential(
  { input: [6] },
  nn.dense(16, { activation: 'relu' }),
  nn.dropout(0.2),
  nn.dense(3),
);

/** Makes three classes that a line through the origin tells apart. */
export function classes(rows = 300, seed = 1) {
  const random = generator(seed);
  const inputs = floats(random, rows * 6);
  const labels = Int32Array.from({ length: rows }, (_, i) => {
    const row = inputs.subarray(i * 6, i * 6 + 3);
    return row.indexOf(Math.max(...row));
  });
  return data.fromArrays({ inputs, shape: [rows, 6], labels });
}

export const make = (options: Partial<ConstructorParameters<typeof Trainer>[0]> = {}) =>
  new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam({ learningRate: 0.01 }),
    seed: 7,
    ...options,
  });

export async function code(promise: PromiseLike<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    expect(error).toBeInstanceOf(ThalwegError);
    return (error as ThalwegError).code;
  }
  return 'nothing was thrown';
}

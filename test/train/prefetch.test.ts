import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { generator, sameBits } from '../oracle/random.js';

afterEach(() => {
  native.setThreadCount(0);
});

const rows = 601;
/** With this width, 256 rows are gathered ahead, and 100 are not. */
const features = 4200;

/**
 * Returns the weights after three epochs and an evaluation between them, on a device whose bits
 * ignore threads.
 */
async function train(threads: number, batchSize: number): Promise<Float32Array[]> {
  native.setThreadCount(threads);
  const random = generator(5);
  using set = data.fromArrays({
    inputs: Uint8Array.from({ length: rows * features }, () => random() * 256),
    shape: [rows, features],
    labels: Int32Array.from({ length: rows }, () => random() * 7),
    scale: 1 / 255,
  });
  using trainer = new Trainer({
    model: nn.sequential({ input: [features] }, nn.dense(9, { activation: 'tanh' }), nn.dense(7)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    device: 'cpu:baseline',
    seed: 3,
  });
  await trainer.fit(set, { epochs: 3, batchSize, validation: set });
  return Object.values(trainer.parameters());
}

describe('batches gathered ahead', () => {
  // With fewer compute threads than processors, a thread of its own gathers the next large batch.
  it.runIf(availableParallelism() > 1).each([256, 100, rows])(
    'change nothing (batch size %s)',
    async (batchSize) => {
      const [ahead, plain] = [await train(1, batchSize), await train(64, batchSize)];
      expect(ahead.length).toBe(4);
      expect(ahead.every((array, i) => sameBits(array, plain[i]!))).toBe(true);
    },
  );
});

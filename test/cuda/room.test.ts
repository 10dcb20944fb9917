/** A data set lies on the GPU, and a later, larger batch finds no room there. */
import { hasCuda, onGpu } from '../oracle/cuda.js';
import { afterAll, describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

const rows = 8000;
const features = 100;
const set = data.fromArrays({
  inputs: floats(generator(1), rows * features),
  shape: [rows, features],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
});
const make = (): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [features] }, nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.sgd({ learningRate: 0.001 }),
    device: 'cuda',
    seed: 2,
  });
const fit = { epochs: 1, batchSize: 500 };
const larger = { batchSize: 2000 };

describe.skipIf(!hasCuda || onGpu)('a data set on the GPU', () => {
  afterAll(() => delete process.env['THALWEG_EMULATED_BYTES']);

  it.each([
    ['evaluate', (trainer: Trainer) => trainer.evaluate(set, larger)],
    ['predict', (trainer: Trainer) => trainer.predict(new Float32Array(2000 * features), larger)],
  ])('makes room for the batches of %s, and training goes on to the same bits', async (_, pass) => {
    const run = async () => {
      using trainer = make();
      await trainer.fit(set, fit);
      const passed = await pass(trainer);
      await trainer.fit(set, fit);
      return [passed, trainer.parameters()];
    };
    delete process.env['THALWEG_EMULATED_BYTES'];
    const expected = await run();
    process.env['THALWEG_EMULATED_BYTES'] = String(5_200_000);
    expect(await run()).toEqual(expected);
  });
});

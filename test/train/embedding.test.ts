/** Embeddings in a trainer learn, and refuse wrong rows. */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { hasCuda } from '../oracle/cuda.js';
import { generator, largestError } from '../oracle/random.js';

const rows = 200;
const words = 12;
/** The label says whether two words are equal, which no line through their numbers can tell. */
const inputs = ((random) =>
  Float32Array.from({ length: rows * 2 }, () => Math.floor(random() * words)))(generator(3));
for (let row = 0; row < rows; row += 2) inputs[2 * row + 1] = inputs[2 * row]!;
const labels = Int32Array.from({ length: rows }, (_, row) =>
  Number(inputs[2 * row] === inputs[2 * row + 1]),
);
const model = nn.sequential(
  { input: [2] },
  nn.embedding(words, 8),
  nn.flatten(),
  nn.dense(24, { activation: 'relu' }),
  nn.dense(2),
);
const make = (device: DeviceName = 'cpu'): Trainer =>
  new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    seed: 2,
    device,
    optimizer: optim.adam({ learningRate: 0.01 }),
  });
const dataset = (given: Float32Array | Uint8Array = inputs): data.Dataset =>
  data.fromArrays({ inputs: given, shape: [rows, 2], labels });

describe('an embedding', () => {
  it('learns what numbers mean, from floats and from bytes alike', async () => {
    const ends = await Promise.all(
      [inputs, Uint8Array.from(inputs)].map(async (given) => {
        using trainer = make();
        const { epochs } = await trainer.fit(dataset(given), { epochs: 60, batchSize: 20 });
        expect(epochs.at(-1)!.accuracy).toBeGreaterThan(0.97);
        return trainer.parameters();
      }),
    );
    expect(ends[1]).toEqual(ends[0]);
  });

  it.runIf(hasCuda)('follows the processor on a GPU', async () => {
    const [gpu, cpu] = [make('cuda'), make()];
    for (const trainer of [gpu, cpu]) await trainer.fit(dataset(), { epochs: 1, batchSize: 40 });
    for (const [name, array] of Object.entries(gpu.parameters()))
      expect(largestError(array, cpu.parameters()[name]!, 1), name).toBeLessThan(1e-4);
  });

  it.each([-1, 0.5, words, NaN, Infinity])(
    'refuses %d as an index, and nothing changes',
    async (index) => {
      const broken = inputs.slice();
      broken[2 * 150 + 1] = index;
      using trainer = make();
      const before = trainer.parameters();
      const set = dataset(broken);
      for (const body of [
        () => trainer.fit(set, { epochs: 1, batchSize: 20 }),
        () => trainer.evaluate(set),
        () => trainer.gradients(set, Uint32Array.of(0)),
        () => trainer.predict(broken),
      ]) {
        const error = await failure(body);
        expect(error.code).toBe('RANGE');
        expect(error.path).toMatch(/^inputs of row 150, column 1( of dataset)?$/);
        expect(error.expected).toContain('an integer in [0, 12)');
      }
      const validated = { epochs: 1, validation: set };
      expect(await failure(() => trainer.fit(dataset(inputs), validated))).toMatchObject({
        code: 'RANGE',
        path: 'inputs of row 150, column 1 of fit.validation',
      });
      expect(trainer.parameters()).toEqual(before);
      expect(trainer.steps).toBe(0);
    },
  );

  it.each([
    [
      'as a second layer',
      () => nn.sequential({ input: [2] }, nn.relu(), nn.embedding(3, 2)),
      'SHAPE',
      'layers[1]',
    ],
    [
      'in a block',
      () => nn.sequential({ input: [2] }, nn.residual([nn.embedding(3, 2)])),
      'SHAPE',
      'layers[0].layers[0]',
    ],
    ['of no rows', () => nn.embedding(0, 2), 'RANGE', 'embedding.count'],
    [
      'of more rows than float32 counts',
      () => nn.embedding(2 ** 24 + 1, 2),
      'RANGE',
      'embedding.count',
    ],
  ] as const)('is refused %s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it('gives each input a row, and survives JSON', () => {
    expect(model.layers[0]!.outputShape).toEqual([2, 8]);
    expect(model.layers[1]!.outputShape).toEqual([16]);
    expect(model.parameters[0]).toMatchObject({ name: 'embedding1.weight', shape: [words, 8] });
    const json = JSON.stringify(model);
    expect(JSON.stringify(nn.fromJSON(JSON.parse(json) as nn.SequentialJson))).toBe(json);
  });
});

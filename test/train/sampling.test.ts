/** A run over a sampling sees the rows of the shuffler. */
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { generator } from '../oracle/random.js';

const random = generator(8);
const rows = 90;
const inputs = Float32Array.from({ length: rows * 3 }, () => random() - 0.5);
const labels = Int32Array.from({ length: rows }, (_, i) => (i < 70 ? 0 : i < 85 ? 1 : 2));
const set = data.fromArrays({ inputs, shape: [rows, 3], labels });
const weights = Float64Array.from(labels, (label) => 1 + 10 * label);
const samplings = {
  replacement: data.weighted({ weights, draws: 130 }),
  weighted: data.weighted({ weights, replacement: false, draws: 50 }),
  stratified: data.stratified({ labels: set }),
};

const make = (device: DeviceName = 'cpu:baseline'): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [3] }, nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.sgd({ learningRate: 0.1 }),
    seed: 21n,
    device,
  });

/** Trains by hand: one step for each batch that the shuffler gives. */
function byHand(sampling: data.Sampling, epochs: number, last: 'keep' | 'drop'): Float32Array {
  using trainer = make();
  const parameters = trainer.parameters();
  const shuffler = new data.Shuffler({ length: rows, batchSize: 16, seed: 21n, sampling, last });
  for (let epoch = 0; epoch < epochs; ++epoch)
    for (const batch of shuffler) {
      const { gradients } = trainer.gradients(set, batch as Uint32Array);
      for (const [name, values] of Object.entries(parameters))
        values.forEach((value, i) => {
          values[i] = value - Math.fround(0.1) * gradients[name]![i]!;
        });
      trainer.setParameters(parameters);
    }
  return parameters['dense_0.kernel'] ?? Object.values(parameters)[0]!;
}

describe.each(Object.entries(samplings))('fit on %s', (_, sampling) => {
  it.each(['keep', 'drop'] as const)('takes the steps of the shuffler, last: %s', async (last) => {
    using trainer = make();
    const { epochs, steps } = await trainer.fit(set, { epochs: 2, batchSize: 16, sampling, last });
    const trained = Object.values(trainer.parameters())[0]!;
    const expected = byHand(sampling, 2, last);
    trained.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
    });
    const batches = new data.Shuffler({ length: rows, batchSize: 16, sampling, last }).batches;
    expect(steps).toBe(2 * batches);
    expect(epochs).toHaveLength(2);
  });
});

describe('samplings in fit', () => {
  it('sees a rare class as often as the others where weights say so', async () => {
    const evaluateRare = async (sampling?: data.Sampling): Promise<number> => {
      using trainer = make();
      await trainer.fit(set, { epochs: 60, batchSize: 16, ...(sampling && { sampling }) });
      const rare = data.fromArrays({
        inputs: inputs.subarray(85 * 3),
        shape: [5, 3],
        labels: labels.subarray(85),
      });
      return (await trainer.evaluate(rare)).loss;
    };
    const balanced = data.weighted({ weights: data.balancedWeights(labels) });
    expect(await evaluateRare(balanced)).toBeLessThan(0.6 * (await evaluateRare()));
  });

  it("takes a batch of 'full' to be all draws", async () => {
    using trainer = make();
    const options = { epochs: 1, batchSize: 'full', sampling: samplings.replacement } as const;
    expect((await trainer.fit(set, options)).steps).toBe(1);
  });

  it.each([
    [{ sampling: data.weighted({ weights: [1, 2] }) }, 'SHAPE', 'fit.sampling'],
    [{ sampling: 'weighted' }, 'TYPE', 'fit.sampling'],
    [{ sampling: samplings.weighted, shuffle: false }, 'RANGE', 'fit.shuffle'],
    [{ sampling: samplings.weighted, batchSize: 51, last: 'drop' }, 'EMPTY_EPOCH', 'fit.batchSize'],
  ])('refuses %o with %s', async (options, code, path) => {
    using trainer = make();
    const error = await failure(() => trainer.fit(set, { epochs: 1, ...options } as never));
    expect([error.code, error.path, trainer.steps]).toEqual([code, path, 0]);
  });

  it('refuses one that was disposed of', async () => {
    using trainer = make();
    const sampling = data.weighted({ weights });
    sampling.dispose();
    const { code } = await failure(() => trainer.fit(set, { epochs: 1, sampling }));
    expect(code).toBe('DISPOSED');
  });
});

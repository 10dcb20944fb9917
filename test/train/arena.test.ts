/** An optimizer has the same bits over the trainer's arena and over the arrays of optim.bind. */
import { expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { floats, generator, sameBits } from '../oracle/random.js';

const model = nn.sequential({ input: [30] }, nn.dense(50, { activation: 'tanh' }), nn.dense(4));
const random = generator(4);
const dataset = data.fromArrays({
  inputs: floats(random, 64 * 30),
  shape: [64, 30],
  labels: Int32Array.from({ length: 64 }, (_, i) => i % 4),
});
const rows = Uint32Array.from({ length: 64 }, (_, i) => i);

it.each([
  optim.adamW({ groups: [{ match: '*.bias', weightDecay: 0, learningRateScale: 2 }] }),
  optim.nadam({ l2: 0.01 }),
  optim.lion(),
])('$kind', async (optimizer) => {
  const clip = { globalNorm: 0.5 };
  const options = { model, loss: 'softmaxCrossEntropy', optimizer, clip, seed: 5 } as const;
  using trainer = new Trainer(options);
  const mine = trainer.parameters();
  using stepper = optim.bind(optimizer, mine, { clip });
  for (let step = 0; step < 10; step++) {
    const { gradients } = trainer.gradients(dataset, rows);
    stepper.step(gradients);
    await trainer.fit(dataset, { epochs: 1, batchSize: 'full', shuffle: false });
  }
  for (const [name, array] of Object.entries(trainer.parameters()))
    expect(sameBits(array, mine[name]!), name).toBe(true);
});

it('initial weights have the promised spread and depend on seed and tensor alone', () => {
  const wide = nn.sequential(
    { input: [300] },
    nn.dense(400, { weightInitializer: 'heNormal', biasInitializer: 'ones' }),
    nn.dense(200, { weightInitializer: 'glorotUniform' }),
  );
  const make = (seed: number): Record<string, Float32Array> => {
    using trainer = new Trainer({
      model: wide,
      loss: 'meanSquaredError',
      optimizer: optim.sgd(),
      seed,
    });
    return trainer.parameters();
  };
  native.setThreadCount(1);
  const a = make(1);
  native.setThreadCount(0);
  const deviation = (x: Float32Array): number =>
    Math.hypot(...x.subarray(0, 60_000)) / Math.sqrt(60_000);
  expect(deviation(a['dense1.weight']!)).toBeCloseTo(Math.sqrt(2 / 300), 3);
  expect(deviation(a['dense2.weight']!)).toBeCloseTo(Math.sqrt(2 / 600), 3);
  const limit = Math.sqrt(6 / 600);
  expect(a['dense2.weight']!.every((w) => Math.abs(w) <= limit)).toBe(true);
  expect(a['dense1.bias']!.every((w) => w === 1)).toBe(true);
  expect(sameBits(make(1)['dense1.weight']!, a['dense1.weight']!)).toBe(true);
  expect(sameBits(make(2)['dense1.weight']!, a['dense1.weight']!)).toBe(false);
});

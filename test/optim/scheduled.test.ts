/** Momentum, β, decays and clips follow schedules, step by step. */
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim, schedule } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';
import { kinds, scheduledOptions } from '../registry.js';

const length = 9;

/** Returns the weights after some steps on fixed gradients. */
function after(steps: number, optimizer: optim.Optimizer, options: optim.BindOptions = {}) {
  const random = generator(3);
  const weight = floats(random, length);
  using stepper = optim.bind(optimizer, { weight }, options);
  for (let step = 0; step < steps; step++) stepper.step({ weight: floats(random, length) });
  return weight;
}

const mapped = (values: object, map: (value: number) => unknown): object =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value as number)]));

it.each(kinds)('%s: a constant schedule is the number', (kind, make) => {
  const values = scheduledOptions(kind);
  const plain = after(20, make(values));
  const constant = make(mapped(values, schedule.constant));
  expect(sameBits(after(20, constant), plain)).toBe(true);
  const called = make(mapped(values, (value) => () => value));
  expect(sameBits(after(20, called), plain)).toBe(true);
  const copy = JSON.parse(JSON.stringify(constant)) as optim.Optimizer;
  expect(sameBits(after(20, copy), plain)).toBe(true);
  expect(sameBits(after(20, make()), plain)).toBe(false);
});

it('a clip of a constant schedule is the number', () => {
  for (const clip of [{ value: 0.1 }, { tensorNorm: 0.1 }, { globalNorm: 0.1 }]) {
    const plain = after(5, optim.sgd(), { clip });
    const scheduled = after(5, optim.sgd(), { clip: mapped(clip, schedule.constant) });
    expect(sameBits(scheduled, plain)).toBe(true);
    expect(sameBits(after(5, optim.sgd()), plain)).toBe(false);
  }
});

it('momentum 0.5, 0.9, 0.95, 0.99 is the recurrence with those numbers', () => {
  const values = [0.5, 0.9, 0.95, 0.99];
  const at = [4, 8, 12];
  const random = generator(3);
  const w = Float64Array.from(floats(random, length));
  const v = new Float64Array(length);
  for (let step = 0; step < 16; step++)
    floats(random, length).forEach((g, i) => {
      v[i] = values[Math.floor(step / 4)]! * v[i]! + g;
      w[i]! -= 0.01 * v[i]!;
    });
  const ours = after(16, optim.momentum({ momentum: schedule.piecewise({ values, at }) }));
  expect(largestError(ours, w, 1)).toBeLessThan(2e-6);
});

describe('values out of range', () => {
  it('are refused at their step, and nothing changes', async () => {
    const weight = Float64Array.from([1]);
    const bound = Float32Array.from(weight);
    const beta1 = (step: number): number => (step < 2 ? 0.9 : 1);
    using stepper = optim.bind(optim.adam({ beta1 }), { weight: bound });
    const gradients = { weight: Float32Array.of(1) };
    stepper.step(gradients);
    stepper.step(gradients);
    const before = bound.slice();
    const error = await failure(() => stepper.step(gradients));
    expect([error.code, error.path]).toEqual(['RANGE', 'adam.beta1 at step 2']);
    expect([stepper.steps, sameBits(bound, before)]).toEqual([2, true]);
  });

  it.each([
    [
      'a schedule with a bad value',
      () => optim.sgd({ l2: { kind: 'constant', value: -1 } }),
      'sgd.l2.value',
    ],
    ['a string', () => optim.adam({ beta1: '0.9' as never }), 'adam.beta1'],
    [
      'a schedule that starts too high',
      () => optim.adam({ beta1: schedule.piecewise({ values: [1, 0.9], at: [5] }) }),
      'adam.beta1 at step 0',
    ],
    [
      'a schedule where numbers go',
      () => optim.adam({ epsilon: schedule.constant(1) as never }),
      'adam.epsilon',
    ],
  ])('%s is refused by the factory', async (_, body, path) => {
    expect((await failure(body)).path).toBe(path);
  });
});

describe('in the trainer', () => {
  const rows = 40;
  const random = generator(1);
  const train = data.fromArrays({
    inputs: floats(random, rows * 4),
    shape: [rows, 4],
    labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
  });
  const make = (optimizer: optim.Optimizer, clip: optim.ClipOptions = {}): Trainer =>
    new Trainer({
      model: nn.sequential({ input: [4] }, nn.dense(3)),
      loss: 'softmaxCrossEntropy',
      optimizer,
      clip,
    });

  it('every step has its own values, also within an epoch', async () => {
    const optimizer = optim.momentum({
      learningRate: schedule.inverseTime({ initial: 0.1, rate: 0.1 }),
      momentum: schedule.piecewise({ values: [0.5, 0.9], at: [2] }),
      weightDecay: schedule.perStepFactor({ initial: 0.1, factor: 0.5 }),
      groups: [{ match: '*.bias', learningRateScale: 2, weightDecay: 0 }],
    });
    const clip = { globalNorm: schedule.multiStep({ initial: 1, factor: 0.1, at: [5] }) };
    using trainer = make(optimizer, clip);
    await trainer.fit(train, { epochs: 2, batchSize: 10, shuffle: false });
    using gradients = make(optimizer);
    const weights = gradients.parameters();
    using stepper = optim.bind(optimizer, weights, { clip });
    for (let step = 0; step < 8; step++) {
      const batch = Uint32Array.from({ length: 10 }, (_, i) => (step % 4) * 10 + i);
      stepper.step(gradients.gradients(train, batch).gradients);
      gradients.setParameters(weights);
    }
    for (const [name, values] of Object.entries(trainer.parameters()))
      expect(largestError(values, weights[name]!, 1)).toBeLessThan(1e-6);
  });

  it('a plateau may drive any of them', async () => {
    const momentum = schedule.plateau({ initial: 0.9, factor: 0.5, metric: 'validation.loss' });
    using trainer = make(optim.momentum({ momentum }));
    expect((await failure(() => trainer.fit(train, { epochs: 1 }))).code).toBe('MISSING');
    const { epochs } = await trainer.fit(train, { epochs: 1, validation: train });
    expect(epochs).toHaveLength(1);
  });
});

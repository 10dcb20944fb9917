/** Numbers that float32 rounds to 0 or Infinity are refused, and do not turn into NaN. */
import { describe, expect, it } from 'vitest';
import { Trainer, loss, nn, optim, schedule } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { variants } from '../registry.js';

const least = 2 ** -149;
const withEpsilon = variants.filter(([, make]) => 'epsilon' in make());

describe.each(withEpsilon)('%s', (_, make) => {
  it('keeps weights without a gradient at the least ε, and refuses a lesser one', async () => {
    const w = Float32Array.of(1, 2);
    const stepper = optim.bind(make({ epsilon: least, weightDecay: 0 }), { w });
    for (let step = 0; step < 8; step++) stepper.step({ w: new Float32Array(2) });
    expect(w).toEqual(Float32Array.of(1, 2));
    for (const epsilon of [least / 2, 1e-46, 1e-100, 1e39]) {
      const error = await failure(() => make({ epsilon }));
      expect(error).toMatchObject({ code: 'RANGE', received: String(epsilon) });
      expect(error.path).toMatch(/epsilon$/);
      expect(error.expected).toContain(String(least));
    }
  });

  it('refuses rates, decays and scales that are 0 or infinite in float32', async () => {
    for (const learningRate of [1e-46, 1e39, schedule.constant(1e39)])
      expect(await failure(() => make({ learningRate }))).toMatchObject({ code: 'RANGE' });
    for (const options of [{ l2: 1e39 }, { weightDecay: 1e39 }])
      expect(await failure(() => make(options))).toMatchObject({ code: 'RANGE' });
    for (const group of [{ learningRate: 1e-46 }, { learningRate: 1e39 }, { l2: 1e39 }]) {
      const groups = [{ match: '*', ...group }];
      expect(await failure(() => make({ groups }))).toMatchObject({ code: 'RANGE' });
    }
    make({ learningRate: 0, l2: 0, weightDecay: 0 });
  });
});

it('refuses what a group makes of a rate, before the first step or at its own', async () => {
  const w = { w: Float32Array.of(1) };
  const bind = (learningRate: schedule.LearningRate, scale: number) =>
    optim.bind(optim.sgd({ learningRate, groups: [{ match: 'w', learningRateScale: scale }] }), w);
  for (const scale of [1e-30, 1e39])
    expect((await failure(() => bind(1e-30, scale))).code).toBe('RANGE');
  expect(await failure(() => bind(1e-20, 1e-30))).toMatchObject({
    code: 'RANGE',
    path: 'learningRate of groups[0]',
  });
  const stepper = bind((step) => 10 ** (30 * step), 1e20);
  stepper.step({ w: Float32Array.of(0) });
  expect(await failure(() => stepper.step({ w: Float32Array.of(1) }))).toMatchObject({
    code: 'RANGE',
    path: 'learningRate of groups[0]',
  });
  // A schedule may decay to nothing, as usual.
  optim.bind(optim.sgd({ learningRate: () => 1e-300 }), w).step({ w: Float32Array.of(1) });
  expect(w.w[0]).toBe(1);
});

it.each<[string, () => unknown]>([
  ['huber.delta', () => loss.huber({ delta: 1e-46 })],
  ['huber.delta', () => loss.huber({ delta: 1e39 })],
  ['batchNorm.epsilon', () => nn.batchNorm({ epsilon: 1e-100 })],
  ['layerNorm.epsilon', () => nn.layerNorm({ epsilon: 1e-46 })],
  ['leakyRelu.slope', () => nn.leakyRelu({ slope: 1e39 })],
  [
    'gradientScale',
    () => optim.bind(optim.sgd(), { w: new Float32Array(1) }, { gradientScale: 1e39 }),
  ],
  [
    'clip.value',
    () => optim.bind(optim.sgd(), { w: new Float32Array(1) }, { clip: { value: 1e-46 } }),
  ],
])('refuses a %s that float32 does not hold', async (path, call) => {
  expect(await failure(call)).toMatchObject({ code: 'RANGE', path });
});

it('a loss of a file is checked as one that was made here', async () => {
  const model = nn.sequential({ input: [1] }, nn.dense(1));
  const make = () =>
    new Trainer({ model, loss: { kind: 'huber', delta: 1e-46 }, optimizer: optim.sgd() });
  expect(await failure(make)).toMatchObject({ code: 'RANGE', path: 'loss.delta' });
});

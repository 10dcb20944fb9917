/** A monitor sees the numbers of a step, and warns by them. */
import { hasCuda } from '../../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../../src/device.js';
import {
  type TrainEvent,
  Trainer,
  type WarningEvent,
  data,
  nn,
  optim,
} from '../../../src/index.js';
import { StepSettings } from '../../../src/optim/settings.js';
import { Monitor } from '../../../src/train/run/monitor.js';
import { failure } from '../../oracle/failure.js';
import { floats, generator, sameBits } from '../../oracle/random.js';
import { newFolder } from '../../new-folder.js';

const model = nn.sequential(
  { input: [5] },
  nn.dense(40, { activation: 'relu' }),
  nn.dropout(0),
  nn.dense(3),
);
const oneLayer = nn.sequential({ input: [1] }, nn.dense(1));
type Options = Partial<ConstructorParameters<typeof Trainer>[0]>;
const make = (options: Options = {}): Trainer =>
  new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.sgd({ learningRate: 0.1 }),
    seed: 3,
    ...options,
  });

function examples(rows = 96): data.Dataset {
  const random = generator(1);
  const inputs = floats(random, rows * 5);
  const labels = Int32Array.from({ length: rows }, (_, i) => (inputs[5 * i]! > 0 ? 1 : 0));
  return data.fromArrays({ inputs, shape: [rows, 5], labels });
}

const norm = (...arrays: Float32Array[]): number =>
  Math.sqrt(arrays.flatMap((array) => [...array]).reduce((sum, x) => sum + x * x, 0));

async function warningsOf(trainer: Trainer, epochs = 3, batchSize = 16): Promise<WarningEvent[]> {
  using train = examples();
  const warnings: WarningEvent[] = [];
  const onEvent = (event: TrainEvent): unknown =>
    event.type === 'warning' && event.code !== 'STALL' && warnings.push(event);
  await trainer.fit(train, { epochs, batchSize, monitor: { every: 1 }, onEvent });
  return warnings;
}

const devices: DeviceName[] = [
  'cpu',
  'cpu:baseline',
  'reference',
  ...(hasCuda ? (['cuda'] as const) : []),
];

describe.each(devices)('on %s', (device) => {
  it('norms are those of the gradients, weights and updates', async () => {
    using train = examples();
    using trainer = make({ device });
    const before = trainer.parameters();
    const all = Uint32Array.from({ length: train.length }, (_, i) => i);
    const { gradients } = trainer.gradients(train, all);
    const { epochs } = await trainer.fit(train, { epochs: 1, batchSize: 'full', monitor: true });
    const after = trainer.parameters();
    const { layers } = epochs[0]!;
    expect(layers!.map(({ layer }) => layer)).toEqual(['dense1', 'dropout1', 'dense2']);
    for (const layer of ['dense1', 'dense2'] as const) {
      const seen = layers!.find((each) => each.layer === layer)!;
      const names = [`${layer}.weight`, `${layer}.bias`] as const;
      const of = (arrays: Record<string, Float32Array>): number =>
        norm(...names.map((name) => arrays[name]!));
      const updates = names.map((name) => after[name]!.map((x, i) => x - before[name]![i]!));
      expect(seen.gradientNorm! / of(gradients)).toBeCloseTo(1, 5);
      expect(seen.largestGradientNorm).toBe(seen.gradientNorm);
      expect(seen.weightNorm! / of(after)).toBeCloseTo(1, 12);
      expect(seen.updateRatio! / (norm(...updates) / of(after))).toBeCloseTo(1, 5);
    }
    expect(layers![1]).toEqual({ layer: 'dropout1' });
    expect('deadShare' in layers![2]!).toBe(false);
  });

  it('dead units are those that no row of the epoch has moved', async () => {
    using train = examples();
    using trainer = make({ device, optimizer: optim.sgd({ learningRate: 0 }) });
    const parameters = trainer.parameters();
    const bias = parameters['dense1.bias']!.map((_, i) => (i < 10 ? -1000 : 1000));
    // Half of the rows move the unit, so it is alive, though not in every batch.
    bias[0] = 0;
    parameters['dense1.weight']!.forEach((_, i, weight) => {
      if (i % 40 === 0) weight[i] = i === 0 ? 1 : 0;
    });
    trainer.setParameters({ ...parameters, 'dense1.bias': bias });
    const { epochs } = await trainer.fit(train, {
      epochs: 2,
      batchSize: 4,
      monitor: { every: 1 },
    });
    expect(epochs.map(({ layers }) => layers![0]!.deadShare)).toEqual([9 / 40, 9 / 40]);
  });

  it('changes no bit, and looks at every nth step of all runs', async () => {
    using train = examples();
    using plain = make({ device, optimizer: optim.adam() });
    using watched = make({ device, optimizer: optim.adam() });
    await plain.fit(train, { epochs: 4, batchSize: 10 });
    const options = { epochs: 2, batchSize: 10, monitor: { every: 7 } } as const;
    await watched.fit(train, options);
    await watched.fit(train, options);
    const [a, b] = [plain.parameters(), watched.parameters()];
    expect(Object.keys(a).every((name) => sameBits(a[name]!, b[name]!))).toBe(true);
    const sparse = await watched.fit(train, { ...options, monitor: { every: 15 } });
    // Among steps 40 to 59, the monitor looks at step 45 alone.
    expect(sparse.epochs.map(({ layers }) => layers !== undefined)).toEqual([true, false]);
  });
});

it('a run cut in its validation goes on from its checkpoint', async () => {
  using train = examples();
  using validation = examples(400_000);
  const folder = newFolder();
  const controller = new AbortController();
  const options = { epochs: 1, batchSize: 8, validation, monitor: { every: 1 } } as const;
  // The run is usually slow enough to be validating by then.
  using trainer = make({ device: 'reference' });
  const onEvent = ({ type }: TrainEvent): unknown =>
    type === 'progress' && setTimeout(() => controller.abort(), 50);
  const { reason } = await trainer.fit(train, {
    ...options,
    checkpoint: { folder },
    signal: controller.signal,
    onEvent,
  });
  expect(reason).toBe('aborted');
  using other = make({ device: 'reference' });
  await other.resume(folder);
  const history = await other.fit(train, options);
  expect([history.reason, other.steps, history.epochs.length]).toEqual(['completed', 12, 1]);
});

describe('warnings', () => {
  it('are none in a healthy run', async () => {
    using trainer = make({ optimizer: optim.adam() });
    expect(await warningsOf(trainer)).toEqual([]);
  });

  it('name dead units', async () => {
    using trainer = make();
    const parameters = trainer.parameters();
    trainer.setParameters({ ...parameters, 'dense1.bias': new Float32Array(40).fill(-1000) });
    const warnings = await warningsOf(trainer);
    expect(warnings[0]).toMatchObject({
      code: 'DEAD_UNITS',
      layer: 'dense1',
      epoch: 0,
      message: '100 % of the units of dense1 are 0 for every example looked at',
    });
    expect(warnings[0]!.remedy).toMatch(/learning rate.*leakyRelu/);
    expect(warnings.filter(({ code }) => code === 'DEAD_UNITS')).toHaveLength(1);
  });

  it('name layers that hardly any gradient reaches', async () => {
    const deep = nn.sequential(
      { input: [5] },
      ...Array.from({ length: 9 }, () => nn.dense(8, { activation: 'sigmoid' })),
      nn.dense(3),
    );
    using trainer = make({ model: deep });
    const layers = (await warningsOf(trainer))
      .filter(({ code }) => code === 'VANISHING')
      .map(({ layer }) => layer);
    expect(layers).toContain('dense1');
    expect(layers).not.toContain('dense9');
  });

  it('name updates that throw the weights away', async () => {
    using trainer = make({ optimizer: optim.adam({ learningRate: 1 }) });
    const codes = (await warningsOf(trainer)).map(({ code, layer }) => `${code} ${layer!}`);
    expect(codes).toContain('LARGE_UPDATES dense1');
  });

  it('name a gradient that explodes, during its epoch', async () => {
    using trainer = make({ optimizer: optim.sgd({ learningRate: 1e6 }), nonFinite: 'allow' });
    const warnings = await warningsOf(trainer, 40, 8);
    expect(warnings.some(({ code }) => code === 'EXPLODING')).toBe(true);
  });

  /** Feeds a monitor of one dense layer with gradient norms. */
  function explosions(norms: readonly number[]): number[] {
    const monitor = new Monitor(oneLayer, new StepSettings(optim.sgd(), {}));
    return norms.flatMap((gradient, step) => {
      const row = [step, gradient ** 2, 1, 1e-6, 0, 0, 0, NaN];
      return monitor.take({ seen: Float64Array.from(row) }).length > 0 ? [step] : [];
    });
  }

  it.each([
    ['of growth a hundredfold over the median', [1, 2, 1, 2, 150, 201], [5]],
    ['of none before the fifth step looked at', [1, 1, 1, 1000], []],
    ['of what is not finite, at once', [1, NaN, Infinity], [1, 2]],
    ['of no noise around a gradient that has died down', [1, 1e-4, 1e-4, 1e-4, 1e-4, 0.9], []],
    ['of steady growth by little', Array.from({ length: 300 }, (_, i) => 1.01 ** i), []],
  ])('%s', (_, norms, expected) => {
    expect(explosions(norms)).toEqual(expected);
  });
});

it('an epoch may have more looks than a call takes arguments', () => {
  const monitor = new Monitor(oneLayer, new StepSettings(optim.sgd(), {}));
  const looks = 200_000;
  const seen = new Float64Array(8 * looks);
  for (let i = 0; i < looks; i++) seen.set([i, (1 + (i % 4)) ** 2, 4, 1, 0, 0, 0, NaN], 8 * i);
  expect(monitor.take({ seen })).toEqual([]);
  expect(monitor.endEpoch().layers).toEqual([
    {
      layer: 'dense1',
      gradientNorm: 2.5,
      largestGradientNorm: 4,
      weightNorm: 2,
      updateRatio: 0.5,
    },
  ]);
  expect(monitor.endEpoch()).toEqual({});
});

it.each([
  ['a number', 3, 'TYPE'],
  ['never', { every: 0 }, 'RANGE'],
  ['a part', { every: 1.5 }, 'TYPE'],
  ['a misspelt option', { evry: 1 }, 'UNKNOWN_OPTION'],
])('%s is refused', async (_, monitor, code) => {
  using train = examples();
  using trainer = make();
  const error = await failure(() => trainer.fit(train, { epochs: 1, monitor: monitor as never }));
  expect([error.code, trainer.steps]).toEqual([code, 0]);
});

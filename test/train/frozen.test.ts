/** A layer, or a group of the optimizer, can freeze parameters. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, average, data, io, nn, optim, tune } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { hasCuda } from '../oracle/cuda.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const rows = 40;
const [inputs, labels] = [
  floats(generator(1), rows * 5),
  Int32Array.from({ length: rows }, (_, i) => i % 3),
];
const set = data.fromArrays({ inputs, shape: [rows, 5], labels });
const devices: DeviceName[] = [
  'reference',
  'cpu:baseline',
  ...(hasCuda ? (['cuda'] as const) : []),
];
const frozen = { trainable: false } as const;

type Options = Partial<ConstructorParameters<typeof Trainer>[0]>;
const make = (model: nn.Sequential, options: Options = {}): Trainer =>
  new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    seed: 3,
    optimizer: optim.adam({ learningRate: 0.05 }),
    ...options,
  });
const pick = (arrays: Record<string, Float32Array>, pattern: RegExp) =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => pattern.test(name)));

/** Makes a body, which may be frozen, and a head. */
const body = (options: { readonly trainable?: boolean } = {}) => [
  nn.dense(8, { activation: 'gelu', name: 'below', ...options }),
  nn.residual([nn.dense(8), nn.batchNorm(), nn.layerNorm()], { name: 'block', ...options }),
  nn.batchNorm({ name: 'norm', ...options }),
];
const head = () => [nn.dense(6, { activation: 'tanh', name: 'top' }), nn.dense(3, { name: 'out' })];
const whole = (options = {}) => nn.sequential({ input: [5] }, ...body(options), ...head());
const ofBody = /^(below|block|norm)/;

describe.each(devices)('on %s', (device) => {
  it('a frozen body stays to the bit, and the head learns as on the features alone', async () => {
    const options: Options = {
      device,
      clip: { globalNorm: 0.05 },
      optimizer: optim.adam({ learningRate: 0.05, weightDecay: 0.1, l2: 0.01 }),
    };
    using trainer = make(whole(frozen), options);
    const before = { ...trainer.parameters(), ...trainer.statistics() };
    using features = make(nn.sequential({ input: [5] }, ...body()), {
      ...options,
      loss: 'meanSquaredError',
    });
    features.setParameters(pick(trainer.parameters(), ofBody));
    const found = await features.predict(inputs);
    using alone = make(nn.sequential({ input: [8] }, ...head()), options);
    alone.setParameters(pick(trainer.parameters(), /^(top|out)/));
    using seen = data.fromArrays({ inputs: found, shape: [rows, 8], labels });

    const history = await trainer.fit(set, { epochs: 3, batchSize: 8 });
    const expected = await alone.fit(seen, { epochs: 3, batchSize: 8 });
    const after = { ...trainer.parameters(), ...trainer.statistics() };
    expect(pick(after, ofBody)).toEqual(pick(before, ofBody));
    expect(pick(after, /^(top|out)/)).toEqual(alone.parameters());
    const measured = ({ loss, gradientNorm }: { loss: number; gradientNorm?: number }) => ({
      loss,
      gradientNorm,
    });
    expect(history.epochs.map(measured)).toEqual(expected.epochs.map(measured));
  });

  it('gradients pass through frozen layers, and are those without freezing', () => {
    const layers = (options: object) =>
      nn.sequential(
        { input: [5] },
        nn.dense(7, { name: 'below', activation: 'tanh' }),
        nn.residual([nn.dense(7), nn.layerNorm()], { name: 'block', ...options }),
        nn.dense(3, { name: 'top', ...options }),
      );
    const [some, all] = [make(layers(frozen), { device }), make(layers({}), { device })];
    const which = Uint32Array.of(3, 1, 4);
    const { loss, gradients } = some.gradients(set, which);
    const expected = all.gradients(set, which);
    expect(loss).toBe(expected.loss);
    expect(Object.keys(gradients)).toEqual(['below.weight', 'below.bias']);
    expect(gradients).toEqual(pick(expected.gradients, /^below/));
    some.dispose();
    all.dispose();
  });

  it.each([
    ['trainable', { trainable: false }],
    ['rate', { learningRate: 0 }],
    ['scale', { learningRateScale: 0 }],
  ])('a group freezes by its %s: no norm, no check, no clip, no write', async (_, group) => {
    const optimizer = optim.momentum({
      learningRate: 0.1,
      weightDecay: 0.1,
      groups: [{ match: '*.bias', ...group }],
    });
    const w = { 'a.weight': Float32Array.of(1, 2), 'a.bias': Float32Array.of(3, 4) };
    const stepper = optim.bind(optimizer, w, { device, clip: { globalNorm: 5 } });
    const result = stepper.step({
      'a.weight': Float32Array.of(3, 4),
      'a.bias': Float32Array.of(NaN, 1e30),
    });
    expect(result).toMatchObject({ skipped: false, gradientNorm: 5 });
    expect(w['a.bias']).toEqual(Float32Array.of(3, 4));
    expect(w['a.weight'][0]).toBeCloseTo(1 - 0.01 - 0.3, 6);
    expect(stepper.state().slots['a.bias']).toEqual({ velocity: new Float32Array(2) });
    stepper.dispose();

    // Half of a layer is frozen, and its weight learns.
    using trainer = make(nn.sequential({ input: [5] }, nn.dense(3), nn.batchNorm()), {
      device,
      optimizer,
    });
    const before = trainer.parameters();
    await trainer.fit(set, { epochs: 1, batchSize: 10 });
    const after = trainer.parameters();
    expect(after['dense1.bias']).toEqual(before['dense1.bias']);
    expect(after['dense1.weight']).not.toEqual(before['dense1.weight']);
    expect(after['batchNorm1.scale']).not.toEqual(before['batchNorm1.scale']);
    expect(trainer.statistics()['batchNorm1.mean']).not.toEqual(new Float32Array(3));
  });

  it('a gradient that is frozen may overflow', async () => {
    const layers = (options: object) =>
      nn.sequential({ input: [2] }, nn.dense(1, { name: 'a', ...options }), nn.dense(2));
    const huge = data.fromArrays({
      inputs: new Float32Array(16).fill(2e38),
      shape: [8, 2],
      labels: Int32Array.from({ length: 8 }, (_, i) => i % 2),
    });
    for (const options of [{}, frozen]) {
      using trainer = make(layers(options), { device });
      const parameters = trainer.parameters();
      parameters['a.weight']!.fill(1e-38);
      parameters['dense1.weight']!.set([1, -3]);
      trainer.setParameters(parameters);
      const run = trainer.fit(huge, { epochs: 1, batchSize: 8 });
      if (options === frozen) await run;
      else expect(await failure(async () => run)).toMatchObject({ code: 'NONFINITE' });
    }
  });

  it('the average of frozen weights is what they are, also once statistics are refreshed', async () => {
    using trainer = make(whole(frozen), { device, average: average.ema({ decay: 0.5 }) });
    const set1 = { ...trainer.parameters() };
    set1['below.weight'] = floats(generator(9), 40);
    trainer.setParameters(set1);
    const statistics = trainer.statistics();
    statistics['norm.mean']!.fill(0.25);
    trainer.setStatistics(statistics);
    await trainer.fit(set, { epochs: 1, batchSize: 8 });
    const averaged = trainer.parameters({ weights: 'averaged' });
    expect(pick(averaged, ofBody)).toEqual(pick(trainer.parameters(), ofBody));
    expect(averaged['out.weight']).not.toEqual(trainer.parameters()['out.weight']);
    await trainer.refreshStatistics(set, { weights: 'averaged' });
    await trainer.refreshStatistics(set);
    expect(trainer.statistics()).toEqual(statistics);
    expect(trainer.statistics({ weights: 'averaged' })).toEqual(statistics);
  });

  it('a batch norm all of whose parameters a group freezes stands still', async () => {
    const model = nn.sequential({ input: [5] }, nn.batchNorm(), nn.dense(3));
    const groups = [{ match: 'batchNorm1.*', trainable: false }];
    using trainer = make(model, { device, optimizer: optim.sgd({ learningRate: 0.1, groups }) });
    const before = trainer.statistics();
    await trainer.fit(set, { epochs: 1, batchSize: 8 });
    expect(trainer.statistics()).toEqual(before);
  });

  it('goes on from a checkpoint in the same bits, with accumulated batches', async () => {
    const folder = newFolder();
    const options: Options = { device, average: average.ema({ decay: 0.9 }) };
    const fit = { batchSize: 4, accumulate: 3 };
    using straight = make(whole(frozen), options);
    await straight.fit(set, { epochs: 2, ...fit });
    using first = make(whole(frozen), options);
    await first.fit(set, { epochs: 1, ...fit });
    await first.save(join(folder, 'one'));
    const { tensors } = await io.readSafetensors(join(folder, 'one'));
    for (const { name, data: slot } of tensors.filter(({ name }) => /^slots.*below/.test(name)))
      expect(new Float32Array(slot.buffer, slot.byteOffset, slot.byteLength / 4), name).toEqual(
        new Float32Array(slot.byteLength / 4),
      );
    using second = make(whole(frozen), options);
    await second.resume(join(folder, 'one'), { run: 'new' });
    await second.fit(set, { epochs: 1, ...fit });
    expect(second.parameters()).toEqual(straight.parameters());
    expect(second.parameters({ weights: 'averaged' })).toEqual(
      straight.parameters({ weights: 'averaged' }),
    );
  });

  it('a model that is frozen whole evaluates, predicts and takes steps that do nothing', async () => {
    using trainer = make(nn.sequential({ input: [5] }, nn.dense(3, frozen)), { device });
    const before = trainer.parameters();
    const warned: string[] = [];
    const { epochs } = await trainer.fit(set, {
      epochs: 1,
      batchSize: 8,
      onEvent: (event) => event.type === 'warning' && warned.push(event.code),
    });
    expect(epochs[0]).toMatchObject({ gradientNorm: 0 });
    expect(trainer.steps).toBe(5);
    expect(warned).toEqual(['NOTHING_TRAINED']);
    expect(trainer.parameters()).toEqual(before);
    expect(trainer.gradients(set, Uint32Array.of(1)).gradients).toEqual({});
  });
});

it('is part of the description, and of the summary', () => {
  const model = whole(frozen);
  const copy = nn.fromJSON(JSON.parse(JSON.stringify(model)) as nn.SequentialJson);
  expect(copy.toJSON()).toEqual(model.toJSON());
  expect(JSON.stringify(whole())).toBe(JSON.stringify(whole({ trainable: true })));
  expect(JSON.stringify(whole())).not.toContain('trainable');
  expect([model.parameterCount, model.trainableCount]).toEqual([243, 75]);
  expect(whole().trainableCount).toBe(243);
  const lines = model.summary().split('\n');
  expect(lines.find((line) => line.startsWith('below'))).toMatch(/frozen 48$/);
  expect(lines.filter((line) => /frozen/.test(line))).toHaveLength(6);
  expect(lines).toContain('Trained parameters: 75');
  expect(whole().summary()).not.toMatch(/frozen|Trained/);
});

it('lets a frozen batch norm train on batches of one row', async () => {
  const model = (options: object) =>
    nn.sequential({ input: [5] }, nn.batchNorm(options), nn.dense(3));
  using trainer = make(model(frozen));
  await trainer.fit(set, { epochs: 1, batchSize: 1 });
  using other = make(model({}));
  expect((await failure(async () => other.fit(set, { epochs: 1, batchSize: 1 }))).code).toBe(
    'RANGE',
  );
});

it('the monitor has no gradient of it, and nothing to warn of', async () => {
  using trainer = make(whole(frozen));
  const warned: string[] = [];
  const { epochs } = await trainer.fit(set, {
    epochs: 2,
    batchSize: 8,
    monitor: { every: 1 },
    onEvent: (event) => event.type === 'warning' && warned.push(`${event.code} ${event.layer!}`),
  });
  const layers = new Map(epochs[1]!.layers!.map((health) => [health.layer, health]));
  expect(Object.keys(layers.get('below')!)).toEqual(['layer', 'weightNorm']);
  expect(layers.get('top')!.gradientNorm).toBeGreaterThan(0);
  expect(warned.filter((warning) => !/ (top|out)$/.test(warning))).toEqual([]);
});

it('a search over all of the loss leaves it out, and checks of a new model pass', async () => {
  using trainer = make(whole(frozen));
  const before = trainer.parameters();
  const { iterations } = await trainer.minimize(set, optim.lbfgs(), { iterations: 3 });
  expect(iterations.length).toBeGreaterThan(0);
  expect(pick(trainer.parameters(), ofBody)).toEqual(pick(before, ofBody));
  const { checks } = await tune.sanityCheck(trainer, set);
  expect(checks.find(({ name }) => name === 'gradients')).toMatchObject({ passed: true });
});

it.each([
  ['dense.trainable', () => nn.dense(2, { trainable: 1 } as never)],
  ['batchNorm.trainable', () => nn.batchNorm({ trainable: null } as never)],
  ['residual.trainable', () => nn.residual([nn.dense(2)], { trainable: 'no' } as never)],
  ['sgd.groups[0].trainable', () => optim.sgd({ groups: [{ match: '*', trainable: 0 }] as never })],
])('refuses a %s that is neither true nor false', async (path, call) => {
  expect(await failure(call)).toMatchObject({ code: 'TYPE', path });
});

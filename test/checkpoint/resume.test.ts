/** A run that goes on from any of its checkpoints ends in the bits of a run that never stopped. */
import { hasCuda } from '../oracle/cuda.js';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import {
  type FitOptions,
  type TrainEvent,
  type TrainerOptions,
  type WarningEvent,
  average,
  callbacks,
  data,
  nn,
  optim,
  schedule,
} from '../../src/index.js';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { floats, generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { variants } from '../registry.js';
import { classes, endOf, everyStep, make, warningsOf } from './runs.js';

/**
 * Compares the end of a run, and its warnings, with the runs that go on from each of its
 * checkpoints.
 */
async function expectSameEnds(
  trainerOptions: Partial<TrainerOptions>,
  fitOptions: () => Partial<FitOptions>,
  every = 1,
  train = classes(),
): Promise<readonly WarningEvent[]> {
  const options = (): FitOptions => ({ epochs: 3, batchSize: 8, ...fitOptions() });
  using plain = make(trainerOptions);
  const { warnings, onEvent } = warningsOf();
  const expected = endOf(plain, await plain.fit(train, { ...options(), onEvent }));
  const folder = newFolder();
  using saving = make(trainerOptions);
  const history = await saving.fit(train, {
    ...options(),
    checkpoint: { folder, ...everyStep },
  });
  expect(endOf(saving, history)).toEqual(expected);
  const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  expect(names.length).toBeGreaterThan(18);
  for (const [i, name] of names.entries()) {
    if (i % every !== 0) continue;
    using trainer = make(trainerOptions);
    await trainer.resume(join(folder, name));
    const later = warningsOf();
    const end = await trainer.fit(train, { ...options(), onEvent: later.onEvent });
    expect(endOf(trainer, end), name).toEqual(expected);
    const { state } = await inspectWhole(join(folder, name));
    const before = state.run!.warned!.map(({ code, layer }) => `${code} ${layer}`);
    const rest = warnings.filter(({ code, layer }) => !before.includes(`${code} ${layer}`));
    expect([before.length, later.warnings], name).toEqual([warnings.length - rest.length, rest]);
  }
  return warnings;
}

describe('from every checkpoint', () => {
  it.each(variants)('with %s', async (_, make) => {
    await expectSameEnds({ optimizer: make() }, () => ({}), 5);
  });

  it('with groups', async () => {
    const optimizer = optim.nadam({ groups: [{ match: '*.bias', learningRateScale: 2 }] });
    await expectSameEnds({ optimizer }, () => ({}), 5);
  });

  it('with a validation set and a plateau that looks at it', async () => {
    const learningRate = schedule.plateau({ initial: 0.05, patience: 0, threshold: 0.5 });
    using validation = classes(30, 9);
    await expectSameEnds({ optimizer: optim.sgd({ learningRate }) }, () => ({ validation }));
  });

  it('with schedules of steps and epochs, for rates, momenta and batch sizes', async () => {
    const learningRate = schedule.cosine({ initial: 0.1, steps: 15 });
    const momentum = schedule.stepDecay({ initial: 0.9, factor: 0.5, every: 4 });
    const batchSize = schedule.piecewise({ values: [8, 5], at: [1], unit: 'epoch' });
    await expectSameEnds({ optimizer: optim.momentum({ learningRate, momentum }) }, () => ({
      batchSize,
    }));
  });

  const devices: DeviceName[] = [
    'cpu:baseline',
    'reference',
    ...(hasCuda ? (['cuda'] as const) : []),
  ];
  it.each(devices)('with a schedule for everything that may follow one, on %s', async (device) => {
    const falling = schedule.plateau({ initial: 0.5, patience: 0, threshold: 0.9, metric: 'loss' });
    const model = nn.sequential(
      { input: [5] },
      nn.dense(7, { activation: 'tanh' }),
      nn.dropout(falling),
      nn.dense(6),
      nn.dropout(schedule.polynomial({ initial: 0.3, final: 0.1, steps: 12 })),
      nn.dense(3),
    );
    const rows = schedule.scale({ schedule: falling, factor: 20 }); // 10, 5, 2 or a similar number
    const stairs = (values: readonly number[]) => schedule.piecewise({ values, at: [4, 9] });
    await expectSameEnds(
      {
        model,
        device,
        average: average.ema({ decay: stairs([0.5, 0.8, 0.9]), warmup: 3 }),
        clip: {
          value: stairs([1, 0.2, 0.1]),
          tensorNorm: falling,
          globalNorm: stairs([2, 1, 0.5]),
        },
        optimizer: optim.adamW({
          learningRate: schedule.oneCycle({ peak: 0.05, steps: 20 }),
          beta1: stairs([0.5, 0.9, 0.8]),
          beta2: (step) => 0.99 - 0.02 * (step % 3),
          weightDecay: schedule.exponential({ initial: 0.2, rate: 0.1 }),
          l2: schedule.cyclic({ low: 0, high: 0.1, rise: 3 }),
        }),
      },
      () => ({ batchSize: schedule.clamp({ schedule: rows, min: 1 }) }),
      device === 'cuda' ? 12 : 3,
    );
  });

  it('with a callback that stops the run, and its best weights', async () => {
    using validation = classes(30, 9);
    await expectSameEnds({ optimizer: optim.adam({ learningRate: 0.2 }) }, () => ({
      epochs: 12,
      validation,
      callbacks: [callbacks.earlyStopping({ patience: 1 })],
    }));
  });

  it.each([
    'cpu',
    'reference',
    'cpu:avx2',
    ...(hasCuda ? (['cuda'] as const) : []),
  ] satisfies DeviceName[])('on the device %s', async (device) => {
    const kept = average.ema({ decay: 0.9 });
    await expectSameEnds({ device, average: kept }, () => ({}), 5);
  });

  it.each([
    ['an EMA', average.ema({ decay: 0.8, warmup: 3 })],
    ['an SWA that begins within an epoch', average.swa({ start: 9, every: 3 })],
    ['an SWA of epochs', average.swa({ start: 2, unit: 'epoch' })],
  ])('with %s of the weights, which the validation measures', async (_, kept) => {
    using validation = classes(30, 9);
    const measured = { validation, validationWeights: 'averaged' } as const;
    await expectSameEnds({ average: kept }, () => measured, 1);
  });

  it('with running statistics of a batch norm', async () => {
    const model = nn.sequential({ input: [5] }, nn.dense(6), nn.batchNorm(), nn.dense(3));
    using validation = classes(30, 9);
    await expectSameEnds({ model }, () => ({ validation }), 4);
  });

  it('with a sampling', async () => {
    const weights = Float64Array.from({ length: 50 }, (_, i) => 1 + i);
    const sampling = data.weighted({ weights, draws: 60 });
    await expectSameEnds({}, () => ({ sampling }), 4);
  });

  it('with steps left out for gradients that are not finite', async () => {
    const inputs = floats(generator(4), 50 * 5);
    inputs.set([NaN, Infinity], 60); // row 12
    const labels = new Int32Array(50).map((_, i) => i % 3);
    using train = data.fromArrays({ inputs, shape: [50, 5], labels });
    await expectSameEnds({ nonFinite: 'skip' }, () => ({}), 2, train);
  });

  it('with gradients of several batches a step', async () => {
    await expectSameEnds({}, () => ({ batchSize: 3, accumulate: 3 }), 4);
  });

  it.each([
    'cpu:baseline',
    'reference',
    ...(hasCuda ? (['cuda'] as const) : []),
  ] satisfies DeviceName[])(
    'with a monitor that sees every layer fall ill, and units die, on %s',
    async (device) => {
      const model = nn.sequential(
        { input: [5] },
        nn.dense(13, { activation: 'relu' }),
        nn.dense(9, { activation: 'relu' }),
        nn.dense(3),
      );
      // One step of an epoch after a healthy one throws the weights away.
      const learningRate = schedule.piecewise({ values: [1e-3, 40, 1e-3], at: [8, 9] });
      const warnings = await expectSameEnds(
        { model, device, optimizer: optim.sgd({ learningRate }), nonFinite: 'allow' },
        () => ({ monitor: { every: 2 } }),
        2,
      );
      expect(new Set(warnings.map(({ code }) => code))).toEqual(
        new Set(['EXPLODING', 'LARGE_UPDATES']),
      );
    },
  );

  it('with a rate that stalls, which is told once', async () => {
    const learningRate = schedule.piecewise({ values: [0.1, 1e-9], at: [4] });
    const warnings = await expectSameEnds(
      { optimizer: optim.sgd({ learningRate }) },
      () => ({ epochs: 6 }),
      1,
    );
    expect(warnings.map(({ code }) => code)).toEqual(['STALL']);
  });

  it('without a shuffle, and with the last batch dropped', async () => {
    await expectSameEnds({}, () => ({ shuffle: false, last: 'drop', epochs: 4 }), 4);
  });
});

it('a run asked for fewer epochs than it has done is complete', async () => {
  const folder = newFolder();
  const train = classes();
  using first = make();
  await first.fit(train, { epochs: 3, checkpoint: { folder } });
  using second = make();
  await second.resume(folder);
  const { reason, epochs } = await second.fit(train, { epochs: 2 });
  expect([reason, epochs.length]).toEqual(['completed', 3]);
});

it('a run says with which epoch it began, also when it goes on', async () => {
  const folder = newFolder();
  const train = classes();
  const firsts: number[] = [];
  const onEvent = (event: TrainEvent): unknown =>
    event.type === 'start' && firsts.push(event.firstEpoch);
  using first = make();
  await first.fit(train, { epochs: 2, onEvent });
  await first.fit(train, { epochs: 1, checkpoint: { folder }, onEvent });
  using second = make();
  await second.resume(folder);
  await second.fit(train, { epochs: 3, onEvent });
  expect([firsts, second.epochs]).toEqual([[0, 2, 2], 5]);
});

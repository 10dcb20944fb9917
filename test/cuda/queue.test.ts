/** Steps in flight on the device `cuda`: row orders bit by bit, halts, faults, memory. */
import { onGpu } from '../oracle/cuda.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { ThalwegError } from '../../src/errors.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { type NativeTrainProgress, native } from '../../src/native.js';
import { SettingsLayout } from '../../src/optim/settings-row.js';
import { floats, generator, sameBits } from '../oracle/random.js';
import { settingsRow } from '../oracle/settings.js';

const sgd = native.rules().find(({ name }) => name === 'sgd')!;

/**
 * Trains one epoch of a unit with weight 1 and learning rate 0; returns the summed loss, and the
 * loss of the last batch. Values are small whole numbers, so both are exact and tell which rows a
 * batch had.
 */
async function lossesOf(
  device: string,
  rows: number,
  features: number,
  batchSize: number,
  kind: 'float32' | 'uint8',
): Promise<NativeTrainProgress> {
  const random = generator(rows);
  const trainer = new native.Trainer({
    rule: 'sgd',
    groupCount: 1,
    names: ['weight'],
    lengths: [features],
    groups: [0],
    layers: nn.sequential({ input: [features] }, nn.dense(1, { useBias: false })).lower().ops,
    statistics: [],
    initials: [{ distribution: 'constant', value: 1 }],
    loss: 'meanSquaredError',
    lossParameter: 1,
    labelSmoothing: 0,
    device,
    seed: 11n,
  });
  const whole = { length: rows * features };
  const draw = (): number => Math.floor(random() * 50);
  const dataset = new native.Dataset({
    inputs: kind === 'uint8' ? Uint8Array.from(whole, draw) : Float32Array.from(whole, draw),
    rows,
    features,
    scale: kind === 'uint8' ? 2 : 1,
    offset: kind === 'uint8' ? -3 : 0,
    labels: Float32Array.from({ length: rows }, draw),
    labelWidth: 1,
  });
  const steps = Math.ceil(rows / batchSize);
  const request = {
    dataset,
    epoch: 2,
    firstStep: 0,
    batchSize,
    shuffle: true,
    dropLast: false,
    settings: settingsRow(sgd, {}, [{ learningRate: 0 }], { averageDecay: 0 }),
    columns: Float64Array.of(new SettingsLayout(sgd, 1).rateColumn(0)),
    rates: new Float64Array(steps),
  };
  const progress = await trainer.train(request, () => undefined);
  trainer.dispose();
  return progress;
}

describe('batches', () => {
  // Up to 65,536 rows have a list, and more have the index cipher. Some rows are whole words, some
  // have odd lengths, and some are wider than one warp's share.
  it.each([
    [100, 7, 32],
    [1000, 12, 64],
    [66_000, 12, 30_001],
    [66_000, 3, 30_001],
    [40, 5_001, 16],
    [40, 9_000, 16],
  ])('%d rows of %d, %d at a time: the rows of the processor', async (rows, features, batch) => {
    // Where there are many rows, one type is enough: the emulation takes seconds for each.
    for (const kind of rows < 60_000
      ? (['float32', 'uint8'] as const)
      : ([features === 12 ? 'float32' : 'uint8'] as const)) {
      const [gpu, cpu] = [
        await lossesOf('cuda', rows, features, batch, kind),
        await lossesOf('cpu', rows, features, batch, kind),
      ];
      expect(gpu.steps).toBe(cpu.steps);
      expect(gpu.examples).toBe(rows);
      expect(gpu.lastLoss).toBe(cpu.lastLoss);
      expect(gpu.lossSum / cpu.lossSum).toBeCloseTo(1, 12);
    }
  });
});

describe('a data set that the device has no room for', () => {
  afterEach(() => {
    delete process.env['THALWEG_RESIDENT_BYTES'];
  });

  // One case has more batches than stages, and one has rows of many segments.
  it.each([
    [700, 40, 64],
    [40, 9_000, 9],
  ])('%d rows of %d, %d at a time, come by and by', async (rows, features, batch) => {
    process.env['THALWEG_RESIDENT_BYTES'] = '1000';
    for (const kind of ['float32', 'uint8'] as const) {
      const [gpu, cpu] = [
        await lossesOf('cuda', rows, features, batch, kind),
        await lossesOf('cpu', rows, features, batch, kind),
      ];
      expect(gpu.steps).toBe(cpu.steps);
      expect(gpu.examples).toBe(rows);
      expect(gpu.lastLoss).toBe(cpu.lastLoss);
      expect(gpu.lossSum / cpu.lossSum).toBeCloseTo(1, 12);
    }
  });

  it('may be drawn in batches that are larger than itself', async () => {
    const inputs = Float32Array.from({ length: 100 * 6 }, (_, i) => Math.sin(i));
    const labels = Int32Array.from({ length: 100 }, (_, i) => i % 3);
    using set = data.fromArrays({ inputs, shape: [100, 6], labels });
    const weights = Float64Array.from({ length: 100 }, (_, i) => 1 + (i % 4));
    const run = async () => {
      using trainer = make('cuda');
      const sampling = data.weighted({ weights, draws: 5000 });
      await trainer.fit(set, { epochs: 2, batchSize: 1700, sampling });
      return trainer.parameters();
    };
    const whole = await run();
    process.env['THALWEG_RESIDENT_BYTES'] = '1000';
    expect(await run()).toEqual(whole);
  });

  it('trains, skips, validates and gives gradients with the bits of one that fits', async () => {
    const set = withInfinity(203, 2000);
    const batchSize = 60;
    const run = async () => {
      const trainer = make('cuda', 'skip');
      const { epochs } = await trainer.fit(set, { epochs: 2, batchSize, validation: set });
      const gradients = trainer.gradients(set, Uint32Array.of(5, 1999, 17));
      const kept = { parameters: trainer.parameters(), gradients, losses: epochs };
      trainer.dispose();
      return kept;
    };
    const whole = await run();
    process.env['THALWEG_RESIDENT_BYTES'] = '1000';
    const staged = await run();
    expect(staged.parameters).toEqual(whole.parameters);
    expect(staged.gradients).toEqual(whole.gradients);
    expect(staged.losses.map(({ loss }) => loss)).toEqual(whole.losses.map(({ loss }) => loss));
  });
});

function make(device: DeviceName, nonFinite: 'stop' | 'skip' | 'allow' = 'stop') {
  return new Trainer({
    model: nn.sequential({ input: [6] }, nn.dense(8, { activation: 'relu' }), nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.nadam({ learningRate: 0.01 }),
    seed: 2,
    device,
    nonFinite,
  });
}

/** Makes rows of which row `bad` has an infinite input. */
function withInfinity(bad: number, rows = 400) {
  const inputs = floats(generator(4), rows * 6);
  inputs[bad * 6 + 2] = Infinity;
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
  return data.fromArrays({ inputs, shape: [rows, 6], labels });
}

/** The first rows of those, all finite. */
function first(rows: number) {
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const inputs = floats(generator(4), 400 * 6).subarray(0, rows * 6);
  return data.fromArrays({ inputs, shape: [rows, 6], labels });
}

const fit = { epochs: 1, batchSize: 4, shuffle: false } as const;

describe('a gradient that is not finite', () => {
  it('stops before its step, and names it as the processor does', async () => {
    const set = withInfinity(203);
    const [gpu, cpu] = [make('cuda'), make('cpu')];
    const failures = await Promise.all(
      [gpu, cpu].map((trainer) => trainer.fit(set, fit).catch((error: unknown) => error)),
    );
    expect(failures[0]).toBeInstanceOf(ThalwegError);
    expect((failures[0] as Error).message).toBe((failures[1] as Error).message);
    expect(failures[0]).toMatchObject({ code: 'NONFINITE' });
    expect((failures[0] as ThalwegError).received).toContain('at step 51');
    expect(gpu.steps).toBe(cpu.steps);
    const [a, b] = [gpu.parameters(), cpu.parameters()];
    for (const [name, array] of Object.entries(a))
      array.forEach((value, i) => expect(value).toBeCloseTo(b[name]![i]!, 4));
  });

  it('is skipped where asked, and the steps behind it run as if it were not there', async () => {
    const [gpu, cpu] = [make('cuda', 'skip'), make('cpu', 'skip')];
    const set = withInfinity(203);
    const [a, b] = [await gpu.fit(set, fit), await cpu.fit(set, fit)];
    expect(gpu.steps).toBe(99);
    expect(cpu.steps).toBe(99);
    expect(a.epochs[0]!.skippedSteps).toBe(1);
    expect(b.epochs[0]!.skippedSteps).toBe(1);
    const [mine, other] = [gpu.parameters(), cpu.parameters()];
    for (const [name, array] of Object.entries(mine))
      array.forEach((value, i) => expect(value).toBeCloseTo(other[name]![i]!, 4));
  });
});

it('refuses a class that is none, by row, and trains on', async () => {
  const trainer = make('cuda');
  const labels = Int32Array.from({ length: 40 }, (_, i) => (i === 21 ? 3 : i % 3));
  const inputs = floats(generator(4), 40 * 6);
  const bad = data.fromArrays({ inputs, shape: [40, 6], labels });
  await expect(trainer.fit(bad, fit)).rejects.toMatchObject({
    code: 'RANGE',
    path: 'label of row 21 of dataset',
  });
  const good = data.fromArrays({ inputs, shape: [40, 6], labels: labels.map((c) => c % 3) });
  await trainer.fit(good, fit);
});

it('ends between steps when told to, and goes on from there', async () => {
  const set = withInfinity(399);
  using stopped = make('cuda', 'skip');
  const controller = new AbortController();
  const { reason } = await stopped.fit(set, {
    ...fit,
    epochs: 10_000,
    signal: controller.signal,
    onEvent: ({ type }) => type === 'progress' && controller.abort(),
  });
  expect(reason).toBe('aborted');
  const taken = stopped.steps;
  expect(taken).toBeGreaterThan(0);
  // A run that is told to end after as many whole batches has the same weights.
  using whole = make('cuda', 'skip');
  const [epochs, rest] = [Math.floor(taken / 99), taken % 99];
  if (epochs > 0) await whole.fit(set, { ...fit, epochs });
  if (rest > 0) await whole.fit(first(rest * fit.batchSize), fit);
  expect(whole.steps).toBe(taken);
  expect(whole.parameters()).toEqual(stopped.parameters());
  await stopped.fit(set, fit);
  expect(stopped.steps).toBe(taken + 99);
});

it('two trainers at once do not disturb each other', async () => {
  const set = withInfinity(399);
  const alone = make('cuda', 'skip');
  await alone.fit(set, fit);
  const together = [make('cuda', 'skip'), make('cuda', 'skip')];
  await Promise.all(together.map((trainer) => trainer.fit(set, fit)));
  for (const trainer of together)
    for (const [name, array] of Object.entries(trainer.parameters()))
      expect(sameBits(array, alone.parameters()[name]!)).toBe(true);
});

describe.skipIf(onGpu)('faults of the device', () => {
  afterEach(() => {
    delete process.env['THALWEG_EMULATED_BYTES'];
    delete process.env['THALWEG_EMULATED_FAULT'];
  });

  it('too little memory is MEMORY, with the bytes needed and free, and changes nothing', async () => {
    const trainer = make('cuda');
    const before = trainer.parameters();
    process.env['THALWEG_EMULATED_BYTES'] = '2500000';
    const inputs = new Float32Array(100_000 * 6);
    const big = data.fromArrays({ inputs, shape: [100_000, 6], labels: new Int32Array(100_000) });
    await expect(trainer.fit(big, { ...fit, batchSize: 100_000 })).rejects.toMatchObject({
      code: 'MEMORY',
      expected: expect.stringMatching(/\d{1,7} bytes that are free on the GPU/) as string,
    });
    expect(trainer.parameters()).toEqual(before);
    delete process.env['THALWEG_EMULATED_BYTES'];
    await trainer.fit(withInfinity(399), { ...fit, batchSize: 133, last: 'drop' });
    expect(trainer.steps).toBe(3);
  });

  it('a call that fails is DEVICE, with the call and CUDA’s words', async () => {
    const trainer = make('cuda');
    process.env['THALWEG_EMULATED_FAULT'] = 'launch';
    await expect(trainer.fit(withInfinity(399), fit)).rejects.toMatchObject({
      code: 'DEVICE',
      received: expect.stringContaining('cudaErrorLaunchFailure') as string,
    });
    delete process.env['THALWEG_EMULATED_FAULT'];
    await expect(trainer.fit(withInfinity(399), fit)).rejects.toMatchObject({ code: 'DEVICE' });
    expect(() => trainer.parameters()).toThrow(/cudaErrorLaunchFailure/);
  });
});

/** Running statistics of batch norm move with steps that succeed, and with no others. */
import '../oracle/cuda.js';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { average } from '../../src/index.js';
import { native } from '../../src/native.js';
import { failure } from '../oracle/failure.js';
import { largestError, sameBits } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { dataset, deep, features, inOrder, make, rows, shallow, values } from './batch-norms.js';

interface Column {
  mean: number;
  variance: number;
}

/** Computes the statistics of some rows in float64. */
function moments(inputs: Float32Array, column: number, from: number, to: number): Column {
  const own = Array.from({ length: to - from }, (_, i) => inputs[(from + i) * features + column]!);
  const mean = own.reduce((a, b) => a + b) / own.length;
  return { mean, variance: own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / own.length };
}

/** Computes the running statistics after some batches of 16 in order, by their definition. */
function expected(steps: number, momentum: number, unbiased: boolean): Float64Array[] {
  const running = Array.from({ length: features }, () => ({ mean: 0, variance: 1 }));
  for (let step = 0; step < steps; step++) {
    const [from, to] = [step * 16, Math.min(rows, step * 16 + 16)];
    running.forEach((column, i) => {
      const batch = moments(values, i, from, to);
      const correction = unbiased ? (to - from) / (to - from - 1) : 1;
      column.mean = (1 - momentum) * batch.mean + momentum * column.mean;
      column.variance = (1 - momentum) * batch.variance * correction + momentum * column.variance;
    });
  }
  return [
    Float64Array.from(running, ({ mean }) => mean),
    Float64Array.from(running, ({ variance }) => variance),
  ];
}

function near(found: Record<string, Float32Array>, wanted: readonly Float64Array[]): void {
  Object.values(found).forEach((array, i) =>
    expect(largestError(array, wanted[i]!, 1)).toBeLessThan(1e-6),
  );
}

const isPresent = (device: DeviceName): boolean => {
  try {
    return native.implementations(device).length > 0;
  } catch {
    return false;
  }
};

const devices = (['reference', 'cpu', 'cuda'] as const).filter(isPresent);

const lanes = (['cpu:baseline', 'cpu:avx2', 'cpu:avx512'] as const).filter(isPresent);

describe.each(devices)('on %s', (device) => {
  it.each([
    [{}, 0.9, true],
    [{ momentum: 0.5, variance: 'biased' }, 0.5, false],
    [{ momentum: 0 }, 0, true],
  ] as const)('follow the batches: %j', async (options, momentum, unbiased) => {
    using trainer = make(shallow(options), { device });
    expect(trainer.statistics()).toEqual({
      'batchNorm1.mean': new Float32Array(features),
      'batchNorm1.variance': new Float32Array(features).fill(1),
    });
    await trainer.fit(dataset(), inOrder);
    near(trainer.statistics(), expected(4, momentum, unbiased));
  });

  it.each(['stop', 'skip'] as const)('a step that fails leaves no trace: %s', async (nonFinite) => {
    const broken = values.slice();
    broken[40 * features] = NaN; // in the third batch
    using trainer = make(shallow(), { device, nonFinite });
    const fit = trainer.fit(dataset(broken), { ...inOrder, last: 'drop' });
    if (nonFinite === 'stop') expect((await failure(() => fit)).code).toBe('NONFINITE');
    else expect((await fit).epochs[0]!.skippedSteps).toBe(1);
    expect(trainer.steps).toBe(2);
    near(trainer.statistics(), expected(2, 0.9, true));
  });

  it('are what evaluation and prediction go by, whatever the batch', async () => {
    using trainer = make(deep, { device });
    await trainer.fit(dataset(), { epochs: 3, batchSize: 10 });
    const before = trainer.statistics();
    const [all, one] = [
      await trainer.predict(values),
      await trainer.predict(values, { batchSize: 1 }),
    ];
    expect(largestError(all, one, 1)).toBeLessThan(2e-6);
    const losses = [
      await trainer.evaluate(dataset()),
      await trainer.evaluate(dataset(), { batchSize: 7 }),
    ];
    expect(losses[0]!.loss).toBeCloseTo(losses[1]!.loss, 5);
    trainer.gradients(dataset(), Uint32Array.of(1, 2, 3), { training: true });
    expect(trainer.statistics()).toEqual(before);
  });

  it.each([8, 24, 50, undefined])(
    'refreshed: those of the whole data set, %d rows at a time',
    async (batchSize) => {
      using trainer = make(shallow(), { device });
      await trainer.fit(dataset(), inOrder);
      await trainer.refreshStatistics(dataset(), batchSize === undefined ? {} : { batchSize });
      const columns = Array.from({ length: features }, (_, i) => moments(values, i, 0, rows));
      near(trainer.statistics(), [
        Float64Array.from(columns, ({ mean }) => mean),
        Float64Array.from(columns, ({ variance }) => (variance * rows) / (rows - 1)),
      ]);
    },
  );
});

it('averaged weights have some of their own, once refreshed, until training goes on', async () => {
  using trainer = make(deep, { average: average.ema({ decay: 0.5 }) });
  await trainer.fit(dataset(), { epochs: 3, batchSize: 10 });
  const raw = trainer.statistics();
  expect(trainer.statistics({ weights: 'averaged' })).toEqual(raw);
  await trainer.refreshStatistics(dataset(), { weights: 'averaged', batchSize: rows });
  expect(trainer.statistics()).toEqual(raw);
  const refreshed = trainer.statistics({ weights: 'averaged' });
  // A trainer that has these weights as its own gets the same statistics.
  using other = make(deep);
  other.setParameters(trainer.parameters({ weights: 'averaged' }));
  await other.refreshStatistics(dataset(), { batchSize: rows });
  expect(refreshed).toEqual(other.statistics());
  expect(await trainer.predict(values, { weights: 'averaged' })).toEqual(
    await other.predict(values),
  );
  // Checkpoints keep them, and say where there are none.
  const file = join(newFolder(), 'refreshed.safetensors');
  await trainer.save(file);
  using resumed = make(deep, { average: average.ema({ decay: 0.5 }) });
  await resumed.resume(file);
  expect(resumed.statistics({ weights: 'averaged' })).toEqual(refreshed);
  expect(resumed.statistics()).toEqual(raw);
  await trainer.fit(dataset(), { epochs: 1, batchSize: 10 });
  expect(trainer.statistics({ weights: 'averaged' })).toEqual(trainer.statistics());
  await trainer.save(file);
  await resumed.resume(file);
  expect(resumed.statistics({ weights: 'averaged' })).toEqual(trainer.statistics());
});

it('follow the processor on a GPU through a whole run', async () => {
  const runs = await Promise.all(
    devices.slice(1).map(async (device) => {
      using trainer = make(deep, { device });
      await trainer.fit(dataset(), { epochs: 4, batchSize: 10 });
      return { ...trainer.parameters(), ...trainer.statistics() };
    }),
  );
  for (const run of runs.slice(1))
    for (const [name, array] of Object.entries(run))
      expect(largestError(array, runs[0]![name]!, 1), name).toBeLessThan(2e-4);
});

it('have the same bits on every instruction set and thread count', async () => {
  const bits = async (device: DeviceName, threads: number): Promise<Float32Array[]> => {
    native.setThreadCount(threads);
    try {
      using trainer = make(deep, { device });
      await trainer.fit(dataset(), { epochs: 3, batchSize: 12 });
      return [...Object.values(trainer.parameters()), ...Object.values(trainer.statistics())];
    } finally {
      native.setThreadCount(0);
    }
  };
  const wanted = await bits('cpu:baseline', 1);
  for (const device of lanes)
    for (const threads of [1, 3])
      (await bits(device, threads)).forEach((array, i) =>
        expect(sameBits(array, wanted[i]!), `${device}, ${threads}, tensor ${i}`).toBe(true),
      );
});

it('an abort leaves those of the last whole step', async () => {
  using trainer = make(shallow());
  const controller = new AbortController();
  const set = dataset();
  await trainer.fit(set, {
    epochs: 100_000,
    batchSize: rows,
    shuffle: false,
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === 'epoch' && event.epoch === 3) controller.abort();
    },
  });
  let mean = 0;
  for (let step = 0; step < trainer.steps; step++)
    mean += 0.1 * (moments(values, 0, 0, rows).mean - mean);
  expect(trainer.statistics()['batchNorm1.mean']![0]).toBeCloseTo(mean, 5);
});

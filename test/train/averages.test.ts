/**
 * Averages of weights in training agree with their formulas in float64, and have the same bits
 * everywhere.
 */
import { hasCuda } from '../oracle/cuda.js';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, average, data, io, nn, optim, schedule } from '../../src/index.js';
import { native } from '../../src/native.js';
import { meanOf } from '../oracle/averages.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';

// The weight has more than one piece (4,096), and no whole number of vectors.
const model = nn.sequential({ input: [30] }, nn.dense(141, { activation: 'tanh' }), nn.dense(3));
const rows = floats(generator(7), 12 * 30);
const set = data.fromArrays({
  inputs: rows,
  shape: [12, 30],
  labels: Int32Array.from({ length: 12 }, (_, i) => i % 3),
});

function make(
  kept: average.WeightAverage | undefined,
  device: DeviceName = 'cpu:baseline',
): Trainer {
  return new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    seed: 3,
    device,
    ...(kept && { average: kept }),
  } as const);
}

type Named = Record<string, Float32Array>;

/**
 * Runs six epochs of two steps; returns the raw weights after each step, and the average at the
 * end.
 */
async function run(
  kept: average.WeightAverage,
  device?: DeviceName,
): Promise<{ raw: Named[]; averaged: Named; count: number }> {
  // The same run without an average is cut into single steps: an average changes no weight.
  using plain = make(undefined, device);
  const raw: Named[] = [];
  using trainer = make(kept, device);
  for (let epoch = 0; epoch < 6; epoch++) {
    await trainer.fit(set, { epochs: 1, batchSize: 6, shuffle: false });
    for (const half of [0, 1]) {
      await plain.fit(halves[half]!, { epochs: 1, batchSize: 6, shuffle: false });
      raw.push(plain.parameters());
    }
  }
  const last = trainer.parameters();
  for (const [name, array] of Object.entries(raw.at(-1)!))
    expect(sameBits(last[name]!, array), name).toBe(true);
  return { raw, averaged: trainer.parameters({ weights: 'averaged' }), count: trainer.averaged };
}

const halves = [0, 1].map((half) =>
  data.fromArrays({
    inputs: rows.slice(half * 180, (half + 1) * 180),
    shape: [6, 30],
    labels: Int32Array.from({ length: 6 }, (_, i) => i % 3),
  }),
);

/** The shares of the 12 steps' weights in the average, from the definition of each kind. */
const cases: readonly (readonly [string, average.WeightAverage, readonly number[]])[] = [
  ['ema', average.ema({ decay: 0.9 }), shares((n) => (n === 0 ? 0 : 0.9))],
  [
    'ema with warm-up',
    average.ema({ decay: 0.6, warmup: 5 }),
    shares((n) => (n === 0 ? 0 : Math.min(0.6, (n + 1) / (5 + n)))),
  ],
  [
    'ema with a schedule',
    average.ema({ decay: schedule.piecewise({ values: [0.5, 0.8], at: [6] }) }),
    shares((n) => (n === 0 ? 0 : n < 6 ? 0.5 : 0.8)),
  ],
  ['running', average.running({ decay: 0.8 }), normalised((k) => 0.8 ** (11 - k))],
  ['polyak', average.polyak(), normalised(() => 1)],
  ['polyak, late', average.polyak({ start: 5 }), normalised((k) => Number(k >= 4))],
  [
    'swa',
    average.swa({ start: 3, every: 4 }),
    normalised((k) => Number(k === 2 || k === 6 || k === 10)),
  ],
  [
    'swa by epochs',
    average.swa({ start: 2, every: 3, unit: 'epoch' }),
    normalised((k) => Number(k === 3 || k === 9)),
  ],
];

/** Returns the share of each of 12 weights, where the n-th leaves `decay(n)` of those before. */
function shares(decay: (n: number) => number): number[] {
  return Array.from({ length: 12 }, (_, k) => {
    let share = 1 - decay(k);
    for (let n = k + 1; n < 12; n++) share *= decay(n);
    return share;
  });
}

function normalised(weight: (k: number) => number): number[] {
  const all = Array.from({ length: 12 }, (_, k) => weight(k));
  const sum = all.reduce((a, b) => a + b, 0);
  return all.map((w) => w / sum);
}

describe.each(cases)('%s', (_, kept, expected) => {
  it('is the weighted mean of its definition', async () => {
    const { raw, averaged, count } = await run(kept);
    expect(count).toBe(
      kept.kind === 'swa' ? expected.filter((w) => w > 0).length : kept.start === 5 ? 8 : 12,
    );
    for (const [name, array] of Object.entries(averaged)) {
      const exact = meanOf(
        raw.map((weights) => weights[name]!),
        expected,
      );
      // At most 12 times, three operations round.
      expect(largestError(array, exact, 1)).toBeLessThan(12 * 2 ** -23);
    }
  });

  it('has the same bits on every device, given the same weights', async () => {
    const all: DeviceName[] = ['reference', 'cpu:baseline', 'cpu:avx2', 'cpu:avx512', 'cpu'];
    const devices = all.filter(works);
    for (const device of [...devices, ...(hasCuda ? (['cuda'] as const) : [])]) {
      for (const threads of device.startsWith('c') ? [1, 3] : [1]) {
        native.setThreadCount(threads);
        const { raw, averaged } = await run(kept, device);
        native.setThreadCount(0);
        for (const [name, array] of Object.entries(averaged)) {
          const mine = stepwise(
            raw.map((weights) => weights[name]!),
            expected,
          );
          expect(sameBits(array, mine), `${device}, ${threads} threads, ${name}`).toBe(true);
        }
      }
    }
  });
});

function works(device: DeviceName): boolean {
  try {
    return native.implementations(device).length > 0;
  } catch {
    return false; // this machine lacks it
  }
}

/** Averages in float32, in the order of the definition: a += rate (w − a). */
function stepwise(weights: readonly Float32Array[], share: readonly number[]): Float32Array {
  let mean: Float32Array | undefined;
  let sum = 0;
  // The rate of the k-th weight is its share over the sum of the first k shares.
  const rest = share.map((_, k) => share.slice(0, k + 1).reduce((a, b) => a + b, 0));
  weights.forEach((w, k) => {
    sum += share[k]!;
    if (share[k] === 0) return;
    const rate = Math.fround(share[k]! / rest[k]!);
    const before = mean;
    mean = before
      ? before.map((a, i) => Math.fround(a + Math.fround(rate * Math.fround(w[i]! - a))))
      : w.slice();
  });
  expect(sum).toBeCloseTo(1, 12);
  return mean!;
}

describe('the choice between raw and averaged weights', () => {
  const kept = average.ema({ decay: 0.5 });
  const inputs = floats(generator(2), 5 * 30);

  it('evaluate, predict, parameters and saveWeights take either, and say which', async () => {
    using trainer = make(kept);
    await trainer.fit(set, { epochs: 3, batchSize: 6 });
    using other = make(undefined);
    const file = join(newFolder(), 'weights.safetensors');
    for (const weights of ['averaged', 'raw'] as const) {
      other.setParameters(trainer.parameters({ weights }));
      const { loss, accuracy } = await other.evaluate(set);
      expect(await trainer.evaluate(set, { weights })).toEqual({ loss, accuracy, weights });
      const outputs = await trainer.predict(inputs, { weights });
      expect(sameBits(outputs, await other.predict(inputs))).toBe(true);
      await trainer.saveWeights(file, { weights });
      expect((await io.readSafetensors(file)).metadata['weights']).toBe(weights);
      await other.loadWeights(file);
      expect(other.parameters()).toEqual(trainer.parameters({ weights }));
    }
    expect(trainer.parameters()).toEqual(trainer.parameters({ weights: 'raw' }));
    expect(trainer.parameters({ weights: 'averaged' })).not.toEqual(trainer.parameters());
    expect((await trainer.evaluate(set)).weights).toBe('raw');
  });

  it('a validation measures the average once there is one, and says so', async () => {
    using trainer = make(average.swa({ start: 2, unit: 'epoch' }));
    const options = { batchSize: 6, validation: set, validationWeights: 'averaged' } as const;
    const { epochs } = await trainer.fit(set, { epochs: 3, ...options });
    expect(epochs.map(({ validation }) => validation!.weights)).toEqual([
      'raw',
      'averaged',
      'averaged',
    ]);
    expect(epochs[2]!.validation).toEqual(await trainer.evaluate(set, { weights: 'averaged' }));
    expect(trainer.averaged).toBe(2);
  });

  it('averaged before there is an average is MISSING', async () => {
    const weights = 'averaged';
    for (const trainer of [make(undefined), make(average.swa({ start: 100 }))]) {
      await trainer.fit(set, { epochs: 1 });
      const before = trainer.parameters();
      for (const body of [
        () => trainer.evaluate(set, { weights }),
        () => trainer.predict(inputs, { weights }),
        () => trainer.parameters({ weights }),
        () => trainer.saveWeights('never-written', { weights }),
      ])
        expect((await failure(body)).code).toBe('MISSING');
      expect(trainer.parameters()).toEqual(before);
      expect(trainer.averaged).toBe(0);
      trainer.dispose();
    }
  });

  it('skipped steps do not count', async () => {
    const bad = data.fromArrays({
      inputs: rows.map((x, i) => (i === 200 ? Infinity : x)),
      shape: [12, 30],
      labels: Int32Array.from({ length: 12 }, (_, i) => i % 3),
    });
    const fit = { epochs: 2, batchSize: 2, shuffle: false } as const;
    const devices: DeviceName[] = ['cpu', ...(hasCuda ? (['cuda'] as const) : [])];
    for (const device of devices) {
      const options = { model, loss: 'softmaxCrossEntropy', device } as const;
      using trainer = new Trainer({
        ...options,
        optimizer: optim.adam(),
        nonFinite: 'skip',
        average: average.polyak(),
      });
      await trainer.fit(bad, fit);
      expect(trainer.steps).toBe(10);
      expect(trainer.averaged).toBe(10);
    }
  });

  it('goes on from a checkpoint with the same bits', async () => {
    const file = join(newFolder(), 'state.safetensors');
    const fit = { epochs: 2, batchSize: 5 } as const;
    for (const kind of [average.running(), average.swa({ start: 3, every: 2 })]) {
      using first = make(kind);
      await first.fit(set, fit);
      await first.save(file);
      await first.fit(set, fit);
      using second = make(kind);
      await second.resume(file);
      expect(second.averaged).toBeGreaterThan(0);
      await second.fit(set, fit);
      expect(second.averaged).toBe(first.averaged);
      const weights = 'averaged';
      expect(second.parameters({ weights })).toEqual(first.parameters({ weights }));
      using other = make(average.ema());
      expect((await failure(() => other.resume(file))).code).toBe('MISMATCH');
    }
  });

  it('survives a run that fails', async () => {
    using trainer = make(kept);
    const controller = new AbortController();
    controller.abort();
    await trainer.fit(set, { epochs: 1, signal: controller.signal });
    expect(trainer.averaged).toBe(0);
    await trainer.fit(set, { epochs: 1 });
    expect(trainer.averaged).toBe(1);
  });
});

describe('descriptions', () => {
  const unit = fc.constantFrom('step' as const, 'epoch' as const);
  const pace = fc.record({ start: fc.integer({ min: 1 }), every: fc.integer({ min: 1 }), unit });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const anyAverage = fc.oneof(
    fc
      .tuple(pace, share, fc.double({ min: 0, max: 99, noNaN: true }))
      .map(([at, decay, warmup]) => average.ema({ ...at, decay, warmup })),
    fc.tuple(pace, share).map(([at, decay]) => average.running({ ...at, decay })),
    pace.map((at) => average.swa(at)),
    fc.integer({ min: 1 }).map((start) => average.polyak({ start })),
  );

  it('are plain: a copy from a file serves as well', () => {
    fc.assert(
      fc.property(anyAverage, (kept) => {
        using trainer = make(JSON.parse(JSON.stringify(kept)) as average.WeightAverage);
        expect(trainer.average).toEqual(kept);
        expect(Object.isFrozen(trainer.average)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('wrong ones are refused', async () => {
    const cases: [() => unknown, string, string][] = [
      [() => average.ema({ decay: 1.1 }), 'RANGE', 'ema.decay'],
      [() => average.ema({ decay: -0.1 }), 'RANGE', 'ema.decay'],
      [() => average.ema({ warmup: -1 }), 'RANGE', 'ema.warmup'],
      [() => average.ema({ start: 0 }), 'RANGE', 'ema.start'],
      [() => average.swa({ every: 1.5 }), 'TYPE', 'swa.every'],
      [() => average.swa({ unit: 'week' as 'step' }), 'RANGE', 'swa.unit'],
      [() => average.running({ beta: 1 } as object), 'UNKNOWN_OPTION', 'running.beta'],
      [() => average.polyak({ every: 2 } as object), 'UNKNOWN_OPTION', 'polyak.every'],
      [() => make({ kind: 'mean' } as never), 'TYPE', 'average'],
      [() => make(0.9 as never), 'TYPE', 'average'],
      [() => make({ ...average.ema(), decay: 2 }), 'RANGE', 'ema.decay'],
      [() => make({ ...average.polyak(), every: 2 }), 'UNKNOWN_OPTION', 'polyak.every'],
    ];
    for (const [body, code, path] of cases)
      expect(await failure(body)).toMatchObject({ code, path });
    using trainer = make(average.ema({ decay: () => 1.5 }));
    expect(await failure(() => trainer.fit(set, { epochs: 1 }))).toMatchObject({
      code: 'RANGE',
      path: 'ema.decay at step 0',
    });
    expect(trainer.steps).toBe(0);
  });
});

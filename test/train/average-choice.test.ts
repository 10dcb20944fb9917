/** The choice between raw and averaged weights, and descriptions of averages. */
import { hasCuda } from '../oracle/cuda.js';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, average, data, io, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, sameBits } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { make, model, rows, set } from './averaged.js';

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

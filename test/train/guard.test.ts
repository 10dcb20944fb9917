/**
 * Option `guard` does not change the bits, and finds memory that changes by itself (CORRUPTION).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import {
  type FitOptions,
  ThalwegError,
  Trainer,
  average,
  data,
  nn,
  optim,
} from '../../src/index.js';
import { hasCuda } from '../oracle/cuda.js';
import { failure } from '../oracle/failure.js';
import { addressesOf, flip } from '../oracle/memory.js';
import { floats, generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';

const rows = 24;
const set = data.fromArrays({
  inputs: floats(generator(3), rows * 5),
  shape: [rows, 5],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
});
const make = (device: DeviceName = 'cpu'): Trainer =>
  new Trainer({
    model: nn.sequential(
      { input: [5] },
      nn.dense(40, { activation: 'gelu' }),
      nn.batchNorm(),
      nn.dropout(0.3),
      nn.dense(3),
    ),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    clip: { globalNorm: 1 },
    average: average.ema({ decay: 0.9 }),
    seed: 7,
    device,
  });
const fit: FitOptions = { epochs: 3, batchSize: 4, validation: set, monitor: { every: 2 } };

describe('a guarded run', () => {
  const devices: DeviceName[] = [
    'cpu',
    'cpu:baseline',
    'reference',
    ...(hasCuda ? (['cuda'] as const) : []),
  ];
  it.each(devices)('ends in the bits of one that is not, on %s', async (device) => {
    const run = async (options: Partial<FitOptions>): Promise<unknown> => {
      using trainer = make(device);
      const history = await trainer.fit(set, { ...fit, ...options });
      const records = history.epochs.map((epoch) => {
        const { seconds: _, examplesPerSecond: _speed, ...record } = epoch;
        return record;
      });
      const averaged = trainer.parameters({ weights: 'averaged' });
      return [records, trainer.parameters(), averaged, trainer.statistics(), trainer.steps];
    };
    for (const accumulate of [1, 2]) {
      const expected = await run({ accumulate });
      for (const everySteps of [1, 5])
        expect(await run({ accumulate, guard: { everySteps } })).toEqual(expected);
    }
    expect(await run({ guard: true })).toEqual(await run({ guard: false }));
  });

  it('stops like any other at numbers that are not finite', async () => {
    const inputs = floats(generator(4), rows * 5);
    inputs[7] = NaN;
    using bad = data.fromArrays({
      inputs,
      shape: [rows, 5],
      labels: new Int32Array(rows),
    });
    using trainer = make();
    const before = trainer.parameters();
    const guard = { everySteps: 1 };
    const { code } = await failure(() => trainer.fit(bad, { ...fit, guard, batchSize: rows }));
    expect([code, trainer.steps]).toEqual(['NONFINITE', 0]);
    expect(trainer.parameters()).toEqual(before);
  });

  it('refuses other options', async () => {
    using trainer = make();
    const given = (guard: unknown) =>
      failure(() => trainer.fit(set, { ...fit, guard } as FitOptions));
    expect((await given({ everySteps: 0 })).message).toContain('[1, ∞) for `fit.guard.everySteps`');
    expect((await given({ every: 5 })).code).toBe('UNKNOWN_OPTION');
    expect((await given(7)).code).toBe('TYPE');
  });
});

describe('a bit that turns around by itself', () => {
  /**
   * Changes the weights, so that memory holds no copy from when the trainer was made. Each trainer
   * takes another `shift`, because memory may still hold what an earlier trainer has copied.
   */
  function renew(trainer: Trainer, shift: number): Float32Array {
    const parameters = trainer.parameters();
    const weights = parameters['dense1.weight']!;
    weights[0]! += shift;
    trainer.setParameters(parameters);
    return weights;
  }

  /** Returns the address of the first weight. */
  function weightOf(trainer: Trainer, shift: number): number[] {
    const weights = renew(trainer, shift);
    const bytes = new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
    const addresses = addressesOf(bytes);
    expect(addresses.length).toBe(1);
    return addresses;
  }

  it('is CORRUPTION between two epochs, naming the tensor', async () => {
    for (const guard of [true, false]) {
      using trainer = make();
      const addresses = weightOf(trainer, guard ? 1 : 2);
      const run = async () =>
        trainer.fit(set, {
          ...fit,
          guard,
          onEvent: (event) => {
            if (event.type === 'epoch' && event.epoch === 1) flip(addresses);
          },
        });
      if (!guard) {
        expect((await run()).reason).toBe('completed'); // nobody notices without a guard
        continue;
      }
      const error = await failure(run);
      expect(error).toMatchObject({ code: 'CORRUPTION', path: 'parameters/dense1.weight' });
      expect(error.received).toMatch(/^other bits than after step 12, .* in 1 of \d+ tensors$/);
      expect(trainer.steps).toBe(12);
      expect((await trainer.fit(set, fit)).reason).toBe('completed');
    }
  });

  it('is in no checkpoint if it comes between two epochs, and resuming ends in the bits of a good machine', async () => {
    const options: FitOptions = { ...fit, guard: true };
    const folder = newFolder();
    const checkpoint = { folder, everyEpochs: 1, signals: 'ignore' } as const;
    using trainer = make();
    const addresses = weightOf(trainer, 3);
    const run = async () =>
      trainer.fit(set, {
        ...options,
        checkpoint,
        onEvent: (event) => {
          if (event.type === 'epoch' && event.epoch === 1) flip(addresses);
        },
      });
    const { code, path } = await failure(run);
    expect([code, path]).toEqual(['CORRUPTION', 'parameters/dense1.weight']);
    const file = join(folder, 'by-hand.safetensors');
    expect((await failure(() => trainer.save(file))).code).toBe('CORRUPTION');
    expect(existsSync(file)).toBe(false);
    expect((await trainer.resume(folder))?.step).toBe(6);
    await trainer.fit(set, options);
    using undisturbed = make();
    renew(undisturbed, 3);
    await undisturbed.fit(set, options);
    expect(trainer.parameters()).toEqual(undisturbed.parameters());
    expect(trainer.statistics()).toEqual(undisturbed.statistics());
  });

  it('is CORRUPTION within a step, and the last checkpoint is there', async () => {
    const folder = newFolder();
    using trainer = make();
    const addresses = weightOf(trainer, 4);
    let flipping: NodeJS.Timeout | undefined;
    const error = await failure(() =>
      trainer.fit(set, {
        epochs: 1e6,
        batchSize: 4,
        guard: { everySteps: 1 },
        checkpoint: { folder, everySteps: 1, signals: 'ignore', keepLast: 1 },
        onEvent: ({ type }) => {
          if (type === 'checkpoint') flipping ??= setInterval(() => flip(addresses), 1);
        },
      }),
    );
    clearInterval(flipping);
    expect(error).toBeInstanceOf(ThalwegError);
    expect(error.code).toBe('CORRUPTION');
    expect(error.received).toMatch(
      /^other bits (when step \d+ was taken again|than after step \d+)/,
    );
    expect((await trainer.fit(set, fit)).reason).toBe('completed');
    using next = make();
    expect(await next.resume(folder)).toBeDefined();
  });
});

/** Every allocation on a CUDA device fails in turn. Too little memory is MEMORY and changes nothing. */
import { emulated, hasCuda, onGpu } from '../oracle/cuda.js';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { ThalwegError } from '../../src/errors.js';
import { type FitOptions, Trainer, nn, optim } from '../../src/index.js';
import { lab } from '../lab.js';
import { newFolder } from '../new-folder.js';
import { fail, fit, heal, make, outcome, rows, set } from './failing-device.js';

if (!onGpu) process.env['THALWEG_CUBLAS'] = emulated;

describe.skipIf(onGpu)('an n-th allocation that fails', () => {
  afterEach(heal);

  it('is MEMORY, changes nothing, and the same fit succeeds afterwards', async () => {
    const expected = make();
    await expected.fit(set, fit);
    let failures = 0;
    for (let n = 0, ended = false; !ended; n++) {
      const trainer = make();
      const before = trainer.parameters();
      fail(`memory:${n}`);
      const error = await outcome(() => trainer.fit(set, fit));
      heal();
      ended = error === undefined;
      if (!ended) {
        failures++;
        expect(error).toMatchObject({ code: 'MEMORY' });
        // No allocation comes after a step but validation's, which is behind the epoch.
        expect([0, rows / fit.batchSize]).toContain(trainer.steps);
        if (trainer.steps > 0) expect(trainer.parameters()).not.toEqual(before);
        else {
          expect(trainer.parameters()).toEqual(before);
          await trainer.fit(set, fit);
          expect(trainer.parameters()).toEqual(expected.parameters());
        }
      }
      trainer.dispose();
    }
    expect(failures).toBeGreaterThan(5);
  });

  it('counts no step that a fit with a monitor did not take', async () => {
    for (let n = 0, ended = false; !ended; n++) {
      using trainer = make();
      const before = trainer.parameters();
      fail(`memory:${n}`);
      const error = await outcome(() =>
        trainer.fit(set, { epochs: 1, batchSize: rows, monitor: { every: 1 } }),
      );
      heal();
      ended = error === undefined;
      expect(trainer.steps).toBe(ended ? 1 : 0);
      if (!ended) expect(trainer.parameters()).toEqual(before);
    }
  });

  it('leaves a stepper as it was, and its next step succeeds', () => {
    const gradient = () => ({ weights: Float32Array.of(1, -1, 2) });
    const bind = (weights: Float32Array) =>
      optim.bind(optim.nadam({ learningRate: 0.1 }), { weights }, { device: 'cuda' });
    const expected = Float32Array.of(1, 2, 3);
    const undisturbed = bind(expected);
    undisturbed.step(gradient());
    let failures = 0;
    for (let n = 0, ended = false; !ended; n++) {
      const weights = Float32Array.of(1, 2, 3);
      const stepper = bind(weights);
      const before = stepper.state();
      fail(`memory:${n}`);
      try {
        stepper.step(gradient());
        ended = true;
      } catch (error) {
        failures++;
        expect(error).toMatchObject({ code: 'MEMORY' });
        expect(weights).toEqual(Float32Array.of(1, 2, 3));
        expect(stepper.state()).toEqual(before);
        heal();
        stepper.step(gradient());
      }
      heal();
      expect(weights).toEqual(expected);
      expect(stepper.state()).toEqual(undisturbed.state());
      stepper.dispose();
    }
    expect(failures).toBeGreaterThan(5);
    undisturbed.dispose();
  });

  it('is refused by the constructor with the bytes needed and free', async () => {
    fail('memory:0');
    expect(await outcome(make)).toMatchObject({
      code: 'MEMORY',
      received: expect.stringMatching(/^\d+ bytes$/) as string,
      expected: expect.stringMatching(/\d+ bytes that are free on the GPU/) as string,
    });
  });
});

describe.skipIf(onGpu)('an n-th call that lacks memory, on a device that lives on', () => {
  afterEach(heal);

  const batches = 2;
  const network = (device: DeviceName = 'cuda') =>
    new Trainer({
      model: nn.sequential(
        { input: [3] },
        nn.dense(4, { activation: 'relu' }),
        nn.batchNorm(),
        nn.dense(2),
      ),
      loss: 'softmaxCrossEntropy',
      optimizer: optim.nadam({ learningRate: 0.01 }),
      seed: 1,
      device,
    });
  const state = (trainer: Trainer) => ({ ...trainer.parameters(), ...trainer.statistics() });

  /** Returns the states after each step of a run. */
  async function statesOf(run: FitOptions): Promise<unknown[]> {
    const folder = newFolder();
    const states: unknown[] = [];
    using first = network();
    states[0] = state(first);
    const keeping = { folder, everySteps: 1, keepLast: 100, waits: true } as const;
    await first.fit(set, { ...run, checkpoint: keeping });
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.safetensors'))) {
      using trainer = network();
      await trainer.resume(join(folder, name));
      states[trainer.steps] = state(trainer);
    }
    return states;
  }

  it.each([
    [1, {}],
    [5, { monitor: { every: 2 } }],
    [11, { guard: { everySteps: 2 } }],
  ] as const)(
    'leaves whole steps, or a trainer that is lost: each %d-th call, %j',
    async (stride, options) => {
      const run = { epochs: 2, batchSize: rows / batches, ...options };
      const whole = await statesOf(run);
      const codes = new Set<unknown>();
      for (let n = 0, ended = false; !ended; n += stride) {
        using trainer = network();
        fail(`launch:${n}`);
        const error = await outcome(() => trainer.fit(set, run));
        heal();
        ended = error === undefined;
        codes.add((error as ThalwegError | undefined)?.code);
        if ((error as ThalwegError | undefined)?.code === 'DEVICE') {
          expect(await outcome(() => trainer.parameters())).toEqual(error);
          continue;
        }
        expect(state(trainer), `call ${n}`).toEqual(whole[trainer.steps]);
        await trainer.fit(set, { ...run, epochs: 1 });
      }
      expect(codes).toContain('MEMORY');
      expect(codes.has('DEVICE') || stride > 1).toBe(true);
    },
  );
});

it.skipIf(!hasCuda)('refuses more blocks than CUDA counts', () => {
  const arrays = { a: new Float32Array(1), b: new Float32Array(1), y: new Float32Array(1) };
  expect(() => lab.runOperation('cuda', 'add', { length: 2 ** 45, ...arrays })).toThrow(
    expect.objectContaining({ code: 'OVERFLOW' }),
  );
});

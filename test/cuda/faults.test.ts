/**
 * Every CUDA call fails in turn. A lost device is DEVICE with the call and CUDA's words, and the process
 * survives.
 */
import { emulated, onGpu } from '../oracle/cuda.js';
import { afterEach, describe, expect, it } from 'vitest';
import { ThalwegError } from '../../src/errors.js';
import { optim } from '../../src/index.js';
import { fail, fit, heal, make, outcome, set } from './failing-device.js';

if (!onGpu) process.env['THALWEG_CUBLAS'] = emulated;

describe.skipIf(onGpu)('a device that is lost at its n-th call', () => {
  afterEach(heal);

  it('is DEVICE with the call, and the trainer is dead', async () => {
    const calls = new Set<string>();
    for (let n = 0, ended = false; !ended; n++) {
      const trainer = make();
      fail(`call:${n}`);
      const error = await outcome(() => trainer.fit(set, fit));
      heal();
      ended = error === undefined;
      if (!ended) {
        expect(error).toBeInstanceOf(ThalwegError);
        expect(error).toMatchObject({ code: 'DEVICE' });
        expect((error as ThalwegError).received).toMatch(
          /^cudaErrorLaunchFailure: |^cuBLAS status 13/,
        );
        calls.add((error as ThalwegError).path);
        for (const use of [() => trainer.parameters(), () => trainer.fit(set, fit)])
          expect(await outcome(use)).toMatchObject({ message: (error as Error).message });
      }
      trainer.dispose();
    }
    for (const call of ['cudaSetDevice', 'cudaMalloc', 'cudaGraphLaunch', 'square_sums', 'gather'])
      expect([...calls]).toContain(call);
  });

  it('is refused by the constructor, and by predict and parameters', async () => {
    for (let n = 0; n < 60; n += 3) {
      fail(`call:${n}`);
      const error = await outcome(make);
      heal();
      if (error !== undefined) expect(error).toMatchObject({ code: 'DEVICE' });
    }
    const trainer = make();
    fail('call:0');
    expect(() => trainer.parameters()).toThrow(expect.objectContaining({ code: 'DEVICE' }));
    heal();
    expect(await outcome(() => trainer.predict(new Float32Array(3)))).toMatchObject({
      code: 'DEVICE',
    });
    make().dispose();
  });

  it('leaves a stepper dead and its arrays as they were', () => {
    const weights = Float32Array.of(1, 2, 3);
    const stepper = optim.bind(optim.adam(), { weights }, { device: 'cuda' });
    fail('call:3');
    const step = () => stepper.step({ weights: Float32Array.of(1, 1, 1) });
    expect(step).toThrow(expect.objectContaining({ code: 'DEVICE' }));
    heal();
    expect(step).toThrow(expect.objectContaining({ code: 'DEVICE' }));
    expect(weights).toEqual(Float32Array.of(1, 2, 3));
    stepper.dispose();
  });
});

describe.skipIf(onGpu)('an n-th kernel that goes wrong', () => {
  afterEach(heal);

  it('is DEVICE from a later call, whichever that is; the next process is well', async () => {
    const expected = make();
    await expected.fit(set, fit);
    const paths = new Set<string>();
    for (let n = 0, ended = false; !ended; n += 3) {
      using trainer = make();
      fail(`kernel:${n}`);
      const error = await outcome(() => trainer.fit(set, fit));
      ended = error === undefined;
      if (!ended) {
        expect(error).toMatchObject({
          code: 'DEVICE',
          received: 'cudaErrorIllegalAddress: emulated',
        });
        paths.add((error as ThalwegError).path);
        expect(await outcome(() => trainer.parameters())).toEqual(error);
      }
      heal();
    }
    expect([...paths]).toContain('a queued operation');
    expect(paths.size).toBeGreaterThan(1);
    using next = make();
    await next.fit(set, fit);
    expect(next.parameters()).toEqual(expected.parameters());
  });

  it('leaves a stepper dead and its arrays as they were', () => {
    const weights = Float32Array.of(1, 2, 3);
    using stepper = optim.bind(optim.adam(), { weights }, { device: 'cuda' });
    const step = () => stepper.step({ weights: Float32Array.of(1, 1, 1) });
    fail('kernel:0');
    expect(step).toThrow(expect.objectContaining({ code: 'DEVICE' }));
    heal();
    expect(step).toThrow(expect.objectContaining({ code: 'DEVICE' }));
    expect(weights).toEqual(Float32Array.of(1, 2, 3));
  });
});

/** Dense layers are near the reference, with one order of sums on every device. */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import { native } from '../../src/native.js';
import { layerActivations } from '../../src/nn/activation.js';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';
import { agreed, devices, run, threadCounts, withThreads } from './compare.js';

/** False on a GPU whose products cuBLAS computes. */
const hasOwnProducts = (device: string) =>
  native
    .implementations(device)
    .some(
      ({ operation, implementation }) =>
        operation === 'dense_forward' && !implementation.startsWith('cuBLAS'),
    );

describe('dense', () => {
  const cases = [
    [1, 1, 1],
    [5, 3, 7],
    [128, 784, 128],
    [33, 65, 31],
    [2, 1000, 40],
  ] as const;

  it.each(cases)('rows %d, inputs %d, outputs %d: near the reference', (rows, inputs, outputs) => {
    const random = generator(rows + inputs + outputs);
    const shape = { rows, inputs, outputs, slope: 0.2 };
    const x = floats(random, rows * inputs, 0.3);
    const weight = floats(random, inputs * outputs, 0.3);
    const bias = floats(random, outputs);
    const before = new Float32Array(rows * outputs);
    for (const activation of ['none', ...layerActivations]) {
      const fields = { ...shape, activation };
      const forward = { x, weight, bias, before, y: before.slice() };
      const expected = run('reference', 'dense_forward', fields, forward);
      const backward = {
        x,
        weight,
        y: expected['y']!,
        before: expected['before']!,
        dy: floats(random, rows * outputs),
        dweight: new Float32Array(inputs * outputs),
        dbias: new Float32Array(outputs),
        dx: new Float32Array(rows * inputs),
      };
      const gradients = run('reference', 'dense_backward', fields, backward);
      // A float32 sum of n terms is off by about sqrt(n) ulps of the largest partial sum.
      const tolerance = (terms: number) => 5e-7 * (4 + Math.sqrt(terms));
      for (const device of devices) {
        const y = run(device, 'dense_forward', fields, forward)['y']!;
        expect(largestError(y, expected['y']!, 4)).toBeLessThan(tolerance(inputs));
        const found = run(device, 'dense_backward', fields, backward);
        for (const [key, terms] of Object.entries({ dweight: rows, dbias: rows, dx: outputs }))
          expect(
            largestError(found[key]!, gradients[key]!, 4),
            `${key} of ${device}, activation ${activation}`,
          ).toBeLessThan(tolerance(terms));
      }
    }
  });

  it('add bias gradients in one order on every device', () => {
    const [rows, outputs] = [72, 45];
    const random = generator(8);
    const length = rows * outputs;
    const row = (i: number) => Math.floor(i / outputs);
    // Large numbers cancel; the order decides how much of the small ones is lost with them.
    const dy = floats(random, length).map((v, i) =>
      row(i) % 3 > 0 ? v : row(i) % 2 > 0 ? -1e20 : 1e20,
    );
    const column = floats(random, outputs);
    const alike = Float32Array.from({ length }, (_, i) => column[i % outputs]!);
    for (const activation of layerActivations) {
      const fields = { rows, inputs: 1, outputs, activation, slope: 0.2 };
      const dbias = new Float32Array(outputs);
      const arrays = { x: new Float32Array(rows), weight: dbias, dweight: dbias, dy, dbias };
      const values = { y: alike, before: alike };
      const found = devices.flatMap((device) =>
        (device === 'cuda' ? [1] : threadCounts).map((threads) =>
          withThreads(threads, () =>
            run(device, 'dense_backward', fields, { ...arrays, ...values }),
          ),
        ),
      );
      for (const other of found) {
        expect(sameBits(other['dy']!, found[0]!['dy']!), activation).toBe(true);
        expect(sameBits(other['dbias']!, found[0]!['dbias']!), activation).toBe(true);
      }
    }
  });

  it('give the bias gradient of a batch of many chunks, and dy alone where there is no bias', () => {
    const [rows, outputs] = [2051, 11];
    const random = generator(9);
    const length = rows * outputs;
    const y = floats(random, length);
    for (const activation of ['none', ...layerActivations]) {
      const fields = { rows, inputs: 1, outputs, activation, slope: 0.2 };
      const arrays = { x: new Float32Array(rows), weight: new Float32Array(outputs), y, before: y };
      const dy = floats(random, length);
      const among = ['reference', ...devices];
      const all = among.map((device) =>
        run(device, 'dense_backward', fields, { ...arrays, dy, dbias: new Float32Array(outputs) }),
      );
      const without = run(devices.at(-1)!, 'dense_backward', fields, { ...arrays, dy });
      all.forEach((found, i) => {
        const label = `${activation}, ${among[i]!}`;
        expect(largestError(found['dbias']!, all[0]!['dbias']!, 4), label).toBeLessThan(2e-5);
        if (i > 0) expect(sameBits(found['dbias']!, all[1]!['dbias']!), label).toBe(true);
        if (i > 0) expect(sameBits(found['dy']!, without['dy']!), label).toBe(true);
      });
    }
  });

  it('keep NaN, and infinities, where the reference has them, at every activation', () => {
    const [rows, inputs, outputs] = [40, 24, 33];
    const random = generator(12);
    const x = floats(random, rows * inputs, 0.3);
    [NaN, Infinity, -Infinity].forEach((value, i) => (x[(3 + 7 * i) * inputs + 5] = value));
    x.fill(Infinity, 30 * inputs, 31 * inputs); // the weights have both signs
    const weight = floats(random, inputs * outputs, 0.3);
    const bias = floats(random, outputs);
    for (const activation of ['none', ...layerActivations]) {
      const fields = {
        rows,
        inputs,
        outputs,
        activation,
        slope: activation === 'leakyRelu' ? 0 : 0.2,
      };
      const arrays = { x, weight, bias, y: new Float32Array(rows * outputs) };
      const expected = run('reference', 'dense_forward', fields, arrays)['y']!;
      expect(expected.subarray(3 * outputs, 4 * outputs).every(Number.isNaN)).toBe(true);
      for (const device of devices) {
        const { y } = run(device, 'dense_forward', fields, arrays);
        const kinds = (all: Float32Array) => Array.from(all, (v) => (Number.isFinite(v) ? 0 : v));
        expect(kinds(y!), `${device}, ${activation}`).toEqual(kinds(expected));
      }
    }
  });

  it.each([
    [37, 70, 75],
    [600, 90, 33], // rows in three chunks
  ])('%d × %d × %d have the same bits on every device', (rows, inputs, outputs) => {
    const among = devices.filter(hasOwnProducts);
    const random = generator(6);
    const arrays = {
      x: floats(random, rows * inputs),
      weight: floats(random, inputs * outputs),
      bias: floats(random, outputs),
      y: new Float32Array(rows * outputs),
    };
    const fields = { rows, inputs, outputs, activation: 'tanh', slope: 0 };
    const { y } = agreed('dense_forward', fields, arrays, among);
    const backward = {
      ...arrays,
      y: y!,
      dy: floats(random, rows * outputs),
      dweight: new Float32Array(inputs * outputs),
      dbias: new Float32Array(outputs),
      dx: new Float32Array(rows * inputs),
    };
    agreed('dense_backward', fields, backward, among);
  });
});

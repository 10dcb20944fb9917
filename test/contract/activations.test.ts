/** Activations have the same bits on every device, near the reference, which computes in float64. */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import { layerActivations } from '../../src/nn/activation.js';
import { anyBits, floats, generator, largestError } from '../oracle/random.js';
import { agreed, run } from './compare.js';

/** Returns the distance in ulps; all NaNs are alike. */
function ulps(a: Float32Array, b: Float32Array): number {
  const ordered = (array: Float32Array) =>
    Int32Array.from(new Int32Array(array.buffer, array.byteOffset, array.length), (bits) =>
      bits < 0 ? -2147483648 - bits : bits,
    );
  const [x, y] = [ordered(a), ordered(b)];
  let worst = 0;
  for (let i = 0; i < a.length; i++)
    if (!(Number.isNaN(a[i]) && Number.isNaN(b[i])))
      worst = Math.max(worst, Math.abs(x[i]! - y[i]!));
  return worst;
}

/** Every magnitude that matters to an activation, with both signs, zeros and infinities. */
const line = Float32Array.from([
  ...Array.from({ length: 4000 }, (_, i) => (i - 2000) / 100),
  ...Array.from({ length: 2000 }, (_, i) => (i % 2 ? -1 : 1) * 1.09 ** (i / 2 - 850)),
  0,
  -0,
  88.7,
  88.8,
  -87.4,
  -103.9,
  -104.1,
  1e-45,
  3.4e38,
  NaN,
]);

describe('exponentials and their kin', () => {
  // Units in the last place from the float64 value rounded. geluTanh's tail is an exponential whose
  // argument, up to 88, was rounded; silu and mish multiply an exponential by as much, and it may be
  // one of the smallest numbers.
  const limits: Record<string, number> = {
    sigmoid: 3,
    tanh: 3,
    gelu: 6,
    geluTanh: 150,
    silu: 60,
    mish: 60,
    elu: 3,
    selu: 3,
    softplus: 3,
    hardSwish: 3,
  };

  it.each(layerActivations)('%s forward', (activation) => {
    const slope = Math.fround(0.3);
    const fields = { activation, slope, length: line.length };
    const arrays = { x: line, y: new Float32Array(line.length) };
    const { y } = agreed('activation_forward', fields, arrays);
    const expected = run('reference', 'activation_forward', fields, arrays)['y']!;
    // Below 1e-30 of |x|, the tail of a gelu is noise to any number that it is added to.
    const near = Float32Array.from(y!, (v, i) =>
      Math.abs(expected[i]!) < 1e-30 ? expected[i]! : v,
    );
    expect(ulps(near, expected)).toBeLessThanOrEqual(limits[activation] ?? 0);
    expect(largestError(y!.slice(0, 4000), expected.slice(0, 4000), 1)).toBeLessThan(3e-7);
  });

  it.each(layerActivations)('%s backward', (activation) => {
    const random = generator(3);
    const slope = Math.fround(0.3);
    const x = line.slice(0, 4000);
    const length = x.length;
    const y = run('reference', 'activation_forward', { activation, slope, length }, { x, y: x })[
      'y'
    ]!;
    const arrays = { x, y, dy: floats(random, length), dx: new Float32Array(length) };
    const { dx } = agreed('activation_backward', { activation, slope, length }, arrays);
    const expected = run('reference', 'activation_backward', { activation, slope, length }, arrays);
    expect(largestError(dx!, expected['dx']!, 1)).toBeLessThan(2e-6);
    expect(activation in limits || ulps(dx!, expected['dx']!) === 0).toBe(true);
  });

  it('keep NaN and agree on every bit pattern', () => {
    const x = anyBits(generator(4), 5000);
    for (const activation of layerActivations) {
      const { y } = agreed(
        'activation_forward',
        { activation, slope: 0.5, length: x.length },
        { x, y: new Float32Array(x.length) },
      );
      expect(x.every((value, i) => !Number.isNaN(value) || Number.isNaN(y![i]))).toBe(true);
    }
  });
});

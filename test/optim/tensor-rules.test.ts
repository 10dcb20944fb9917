/** Rules that look at whole tensors: which norms they take, and what follows from them. */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { oracleFor } from '../oracle/optimizers.js';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';

const lamb = optim.lamb({ learningRate: 0.01 });
const lars = optim.lars({ trustCoefficient: 0.01 });
const devices: DeviceName[] = ['reference', 'cpu', ...(hasCuda ? (['cuda'] as const) : [])];

/** Tensors of one piece, of several, and of pieces and a rest. */
const lengths = { short: 5, long: 9000, odd: 4097 };

describe.each([
  ['lamb', lamb],
  ['lars', lars],
] as const)('%s', (_, optimizer) => {
  it.each(devices)('takes the norms of each tensor, however long, on %s', (device) => {
    const random = generator(5);
    const weights: Record<string, Float32Array> = {};
    for (const [name, length] of Object.entries(lengths)) weights[name] = floats(random, length);
    const wide = Object.entries(weights).map(([name, values]) => ({
      name,
      values: Float64Array.from(values),
      rule: oracleFor(optimizer),
      states: Array.from(values, () => ({})),
    }));
    using stepper = optim.bind(optimizer, weights, { device });
    for (let step = 1; step <= 20; step++) {
      const gradients: Record<string, Float32Array> = {};
      for (const [name, length] of Object.entries(lengths))
        gradients[name] = floats(random, length);
      stepper.step(gradients);
      for (const { name, values, rule, states } of wide)
        rule(values, gradients[name]!, step, states);
    }
    for (const { name, values } of wide)
      expect(largestError(weights[name]!, values, 1), name).toBeLessThan(3e-6);
  });

  it('moves a tensor by a share of its norm, whatever the scale of its gradients', () => {
    const start = floats(generator(1), 50);
    const gradient = floats(generator(2), 50);
    const after = (scale: number): Float32Array => {
      const w = start.slice();
      const make = optimizer.kind === 'lamb' ? optim.lamb : optim.lars;
      using stepper = optim.bind(make({ learningRate: 0.5, weightDecay: 0 }), { w });
      stepper.step({ w: gradient.map((g) => g * scale) });
      return w;
    };
    const norm = (x: ArrayLike<number>): number => Math.hypot(...Array.from(x));
    const moved = norm(after(1).map((x, i) => x - start[i]!)) / norm(start);
    expect(moved / (optimizer.kind === 'lamb' ? 0.5 : 0.5 * 0.001)).toBeCloseTo(1, 3);
    // But for lamb's ε, which is 1e-4 of the least gradient here.
    expect(largestError(after(1024), after(1), 1)).toBeLessThan(1e-4);
    expect(sameBits(after(1), start)).toBe(false);
  });

  it('takes a tensor of zeros, or without a gradient, at the plain rate', () => {
    const zeros = new Float32Array(3);
    const still = Float32Array.of(1, -2, 3);
    const ones = Float32Array.of(1, 1, 1);
    const make = optimizer.kind === 'lamb' ? optim.lamb : optim.lars;
    const plain = make({ learningRate: 0.25, weightDecay: 0 });
    using stepper = optim.bind(plain, { zeros, still });
    stepper.step({ zeros: ones, still: new Float32Array(3) });
    zeros.forEach((w) => {
      expect(w).toBeCloseTo(-0.25, 5);
    });
    expect([...still]).toEqual([1, -2, 3]);
  });

  it('decays no group that is told not to', () => {
    const run = (options: object): Record<string, Float32Array> => {
      const weights = { kernel: floats(generator(3), 40), bias: floats(generator(4), 7) };
      const make = optimizer.kind === 'lamb' ? optim.lamb : optim.lars;
      using stepper = optim.bind(make(options), weights);
      const random = generator(6);
      for (let step = 0; step < 5; step++)
        stepper.step({ kernel: floats(random, 40), bias: floats(random, 7) });
      return weights;
    };
    const excluded = run({ weightDecay: 0.3, groups: [{ match: 'bias', weightDecay: 0 }] });
    const [decayed, plain] = [run({ weightDecay: 0.3 }), run({ weightDecay: 0 })];
    expect(sameBits(excluded['kernel']!, decayed['kernel']!)).toBe(true);
    expect(sameBits(excluded['bias']!, plain['bias']!)).toBe(true);
    expect(sameBits(decayed['bias']!, plain['bias']!)).toBe(false);
  });

  it.each(devices)(
    'refuses a weight that is NaN, in whichever tensor it is, on %s',
    async (device) => {
      for (const [a, b] of [
        [NaN, 1],
        [1, NaN],
      ] as const) {
        const weights = { a: Float32Array.of(a), b: Float32Array.of(b) };
        using stepper = optim.bind(optimizer, weights, { device });
        const step = () => stepper.step({ a: Float32Array.of(1), b: Float32Array.of(1) });
        expect(await failure(step)).toMatchObject({ code: 'NONFINITE' });
        expect([...weights.a, ...weights.b]).toEqual([a, b]);
      }
    },
  );

  it('goes on from a saved state in the same bits', () => {
    const run = (cut: number): Float32Array => {
      const w = floats(generator(7), 300);
      const random = generator(8);
      let stepper = optim.bind(optimizer, { w });
      for (let step = 0; step < 8; step++) {
        if (step === cut) {
          const state = stepper.state();
          stepper.dispose();
          stepper = optim.bind(optimizer, { w });
          stepper.restore(state);
        }
        stepper.step({ w: floats(random, 300) });
      }
      stepper.dispose();
      return w;
    };
    expect(sameBits(run(4), run(99))).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { average } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const beta = fc.oneof(
  fc.constantFrom(0, 0.5, 0.9, 0.999, 1 - 1e-9),
  fc.double({ min: 0, max: 0.9999, noNaN: true }),
);
const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});

describe('ExponentialAverage', () => {
  it('is the recurrence, and its bias correction the weighted mean', () => {
    fc.assert(
      fc.property(beta, values, (b, xs) => {
        let v = 0;
        const raw = average.exponential(xs, { beta: b, biasCorrection: false });
        const mean = average.exponential(xs, { beta: b });
        xs.forEach((x, t) => {
          v = b * v + (1 - b) * x;
          expect(raw[t]).toBe(v);
          // By definition the weights are β^k over the past, normalised by their sum.
          let [sum, weights] = [0, 0];
          for (let k = 0; k <= t; k++) {
            sum += b ** k * xs[t - k]!;
            weights += b ** k;
          }
          expect(Math.abs(mean[t]! - sum / weights)).toBeLessThanOrEqual(1e-6);
        });
      }),
    );
  });

  it('starts at the first value where corrected, and near 0 where not', () => {
    expect(average.exponential([5, 5, 5], { beta: 0.9 })[0]).toBeCloseTo(5, 14);
    const raw = average.exponential([5], { beta: 0.9, biasCorrection: false });
    expect(raw[0]).toBeCloseTo(0.5, 14);
    expect(new average.ExponentialAverage({ beta: 0.9 }).value).toBeNaN();
  });

  it('takes a mean of several values as those values', () => {
    fc.assert(
      fc.property(beta, values, fc.integer({ min: 1, max: 50 }), (b, xs, count) => {
        const together = new average.ExponentialAverage({ beta: b });
        const apart = new average.ExponentialAverage({ beta: b });
        for (const x of xs) {
          together.push(x, count);
          for (let i = 0; i < count; i++) apart.push(x);
        }
        expect(together.count).toBe(apart.count);
        expect(Math.abs(together.value - apart.value)).toBeLessThanOrEqual(1e-6);
      }),
    );
  });

  it('continues from a saved state to the last bit', () => {
    fc.assert(
      fc.property(beta, values, values, (b, before, after) => {
        const whole = new average.ExponentialAverage({ beta: b });
        before.forEach((x) => whole.push(x));
        const resumed = new average.ExponentialAverage({ beta: b });
        resumed.restore(JSON.parse(JSON.stringify(whole.state())) as average.ExponentialState);
        for (const x of after) expect(resumed.push(x)).toBe(whole.push(x));
      }),
    );
  });

  it('averages streams as arrays', async () => {
    const xs = [3, 1, 4, 2, 5];
    const expected = [...average.exponential(xs, { halfLife: 2 })];
    async function* later(): AsyncGenerator<number> {
      for (const x of xs) yield await Promise.resolve(x);
    }
    for (const source of [xs, new Set(xs), later()]) {
      const seen: number[] = [];
      for await (const value of average.exponentialStream(source, { halfLife: 2 }))
        seen.push(value);
      expect(seen).toEqual(expected);
    }
  });
});

describe('views of β', () => {
  it('agree', () => {
    expect(average.windowOf(0.9)).toBeCloseTo(10, 12);
    expect(average.betaOf({ window: 10 })).toBeCloseTo(0.9, 15);
    expect(average.betaOf({ halfLife: 1 })).toBe(0.5);
    expect(average.halfLifeOf(0)).toBe(0);
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 0.9999, noNaN: true }), (b) => {
        expect(average.betaOf({ halfLife: average.halfLifeOf(b) })).toBeCloseTo(b, 12);
        expect(average.betaOf({ window: average.windowOf(b) })).toBeCloseTo(b, 12);
      }),
    );
  });

  it('weights halve in a half-life, and sum to what the correction divides by', () => {
    const weights = average.weightsOf(0.9, 40);
    expect(weights[0]).toBeCloseTo(0.1, 15);
    expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1 - 0.9 ** 40, 12);
    const halving = average.weightsOf(average.betaOf({ halfLife: 7 }), 8);
    expect(halving[7]! / halving[0]!).toBeCloseTo(0.5, 12);
  });
});

it.each([
  ['no view', {}, 'MISSING', 'average'],
  ['two views', { beta: 0.5, window: 3 }, 'DUPLICATE', 'average'],
  ['β of 1', { beta: 1 }, 'RANGE', 'average.beta'],
  ['a window below 1', { window: 0.5 }, 'RANGE', 'average.window'],
  ['no half-life', { halfLife: 0 }, 'RANGE', 'average.halfLife'],
  ['a string', { beta: '0.9' }, 'TYPE', 'average.beta'],
  [
    'a misspelt option',
    { beta: 0.9, biasCorection: true },
    'UNKNOWN_OPTION',
    'average.biasCorection',
  ],
])('refuses %s', async (_, options, code, path) => {
  const error = await failure(() => new average.ExponentialAverage(options as never));
  expect([error.code, error.path]).toEqual([code, path]);
});

it('refuses values that are not finite, and stays as it was', async () => {
  const smooth = new average.ExponentialAverage({ beta: 0.9 });
  smooth.push(1);
  expect((await failure(() => smooth.push(NaN))).code).toBe('RANGE');
  expect((await failure(() => smooth.push(1, 0))).code).toBe('RANGE');
  expect((await failure(() => smooth.restore({ sum: 0, count: -1 }))).code).toBe('RANGE');
  expect(smooth.state().count).toBe(1);
  const stream = average.exponentialStream(5 as never, { beta: 0.9 });
  expect((await failure(() => stream.next())).code).toBe('TYPE');
});

/** Nobody calls it: each line must be an error to the compiler. */
export function refused(): void {
  // @ts-expect-error -- one view is needed
  average.exponential([1], {});
  // @ts-expect-error -- one view only
  average.exponential([1], { beta: 0.9, halfLife: 3 });
  // @ts-expect-error -- strings
  average.exponential(['1'], { beta: 0.9 });
  // @ts-expect-error -- true or false
  average.exponential([1], { beta: 0.9, biasCorrection: 1 });
  // @ts-expect-error -- no state is a number
  new average.ExponentialAverage({ window: 3 }).restore(5);
}

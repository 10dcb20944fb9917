/** Each schedule agrees with its definition, stepped through one step at a time in float64. */
import { describe, expect, it } from 'vitest';
import { schedule } from '../../src/index.js';

const count = 400;

/** Expects equality to about twelve digits, in steps and in epochs. */
function follows(value: schedule.Schedule, expected: (t: number) => number): void {
  const inEpochs = schedule.check('v', { ...value, unit: 'epoch' });
  for (let t = 0; t < count; t++) {
    const v = schedule.valueAt(value, t);
    expect(Math.abs(v - expected(t))).toBeLessThanOrEqual(1e-12 * Math.abs(expected(t)) + 1e-15);
    expect(schedule.valueAt(inEpochs, { step: 7, epoch: t })).toBe(v);
  }
}

/** Maps t to the value after t applications of `next`. */
function stepped(
  initial: number,
  next: (value: number, t: number) => number,
): (t: number) => number {
  const values = [initial];
  for (let t = 1; t < count; t++) values.push(next(values[t - 1]!, t));
  return (t) => values[t]!;
}

const lerp = (a: number, b: number, share: number): number => a * (1 - share) + b * share;

describe('definitions', () => {
  it('stepDecay: half each 5, a tenth each 20', () => {
    follows(
      schedule.stepDecay({ initial: 0.3, factor: 0.5, every: 5 }),
      stepped(0.3, (v, t) => (t % 5 === 0 ? v / 2 : v)),
    );
    follows(
      schedule.stepDecay({ initial: 0.3, factor: 0.1, every: 20 }),
      stepped(0.3, (v, t) => (t % 20 === 0 ? v * 0.1 : v)),
    );
  });

  it('multiStep', () => {
    follows(
      schedule.multiStep({ initial: 0.3, factor: 0.2, at: [1, 7, 8, 300] }),
      stepped(0.3, (v, t) => ([1, 7, 8, 300].includes(t) ? v * 0.2 : v)),
    );
  });

  it('exponential, perStepFactor, inverseTime', () => {
    follows(
      schedule.exponential({ initial: 2, rate: 0.05 }),
      stepped(2, (v) => v * Math.exp(-0.05)),
    );
    follows(
      schedule.perStepFactor({ initial: 2, factor: 0.9 }),
      stepped(2, (v) => v * 0.9),
    );
    follows(
      schedule.inverseTime({ initial: 2, rate: 0.05 }),
      stepped(2, (v) => 1 / (1 / v + 0.05 / 2)),
    );
  });

  it('inverseSquareRoot is the Transformer’s rate', () => {
    const [model, warmup] = [512, 40];
    const peak = (model * warmup) ** -0.5;
    follows(
      schedule.inverseSquareRoot({ peak, warmup }),
      (t) => model ** -0.5 * Math.min((t + 1) ** -0.5, (t + 1) * warmup ** -1.5),
    );
  });

  it('polynomial', () => {
    const value = schedule.polynomial({ initial: 2, final: 0.5, steps: 50, power: 3 });
    follows(value, (t) => (t < 50 ? 0.5 + 1.5 * (1 - t / 50) ** 3 : 0.5));
    const line = schedule.polynomial({ initial: 2, final: 5, steps: 50 });
    follows(line, (t) => lerp(2, 5, Math.min(t / 50, 1)));
  });

  it('cosine, with warm-up', () => {
    const value = schedule.cosine({ initial: 1, final: 0.1, steps: 100, warmup: 10 });
    follows(value, (t) => {
      if (t < 10) return (t + 1) / 11;
      return t < 100 ? 0.1 + 0.45 * (1 + Math.cos((Math.PI * (t - 10)) / 90)) : 0.1;
    });
    const exact = [10, 100, 1e9].map((t) => schedule.valueAt(value, t));
    expect(exact).toEqual([1, 0.1, 0.1]);
  });

  it.each([1, 2, 3])('warmRestarts, periods × %d', (periodFactor) => {
    const value = schedule.warmRestarts({
      initial: 1,
      final: 0.2,
      period: 6,
      periodFactor,
      peakFactor: 0.7,
    });
    let [start, length, height] = [0, 6, 0.8];
    follows(value, (t) => {
      if (t === start + length) [start, length, height] = [t, length * periodFactor, height * 0.7];
      if (t === 0) [start, length, height] = [0, 6, 0.8];
      return 0.2 + (height * (1 + Math.cos((Math.PI * (t - start)) / length))) / 2;
    });
  });

  it('warmRestarts begins each period exactly, however far', () => {
    for (const periodFactor of [2, 3, 5, 10])
      for (let n = 0, start = 0; start < 2 ** 52 / periodFactor; start += 7 * periodFactor ** n++) {
        const value = schedule.warmRestarts({ initial: 1, period: 7, periodFactor });
        expect(schedule.valueAt(value, start)).toBe(1);
        if (start > 0 && start < 1e7) expect(schedule.valueAt(value, start - 1)).toBeLessThan(0.1);
      }
  });

  it('cyclic', () => {
    const value = schedule.cyclic({
      low: 0.1,
      high: 0.5,
      rise: 4,
      fall: 6,
      cycleFactor: 0.5,
      stepFactor: 0.99,
    });
    follows(value, (t) => {
      const within = t % 10;
      const height = within < 4 ? within / 4 : 1 - (within - 4) / 6;
      return 0.1 + 0.4 * 0.5 ** Math.floor(t / 10) * 0.99 ** t * height;
    });
  });

  it('oneCycle meets its ends and its peak', () => {
    const value = schedule.oneCycle({ peak: 1, steps: 101, rise: 0.505 });
    const at = [0, 50, 100, 5000].map((t) => schedule.valueAt(value, t));
    expect(at[0]).toBe(1 / 25);
    expect(at[1]).toBeCloseTo(1, 4);
    expect(at.slice(2)).toEqual([1 / 25 / 1e4, 1 / 25 / 1e4]);
    const momentum = schedule.oneCycle({ peak: 0.85, initial: 0.95, final: 0.95, steps: 11 });
    expect(schedule.valueAt(momentum, 10)).toBe(0.95);
    expect(schedule.valueAt(momentum, 2)).toBeLessThan(0.87);
  });

  it('warmup rises evenly into another schedule', () => {
    const into = schedule.perStepFactor({ initial: 0.5, factor: 0.9 });
    follows(schedule.warmup({ into: 0.5, steps: 9 }), (t) => Math.min((t + 1) / 10, 1) * 0.5);
    const value = schedule.warmup({ into, steps: 10, initial: 0.1 });
    const at = Array.from({ length: 30 }, (_, t) => schedule.valueAt(value, t));
    expect(at[5]).toBeCloseTo(0.3, 12);
    expect(at.slice(10)).toEqual(Array.from({ length: 20 }, (_, t) => schedule.valueAt(into, t)));
  });

  it.each([
    ['linear', (s: number) => 1 - s],
    ['cosine', (s: number) => Math.cos((Math.PI / 2) * s) ** 2],
    ['squareRoot', (s: number) => 1 - s ** 0.5],
  ] as const)('warmupStableDecay, %s', (shape, fall) => {
    const value = schedule.warmupStableDecay({
      peak: 1,
      warmup: 9,
      stable: 50,
      decay: 40,
      final: 0.1,
      shape,
    });
    follows(value, (t) => {
      if (t < 9) return (t + 1) / 10;
      return t < 59 ? 1 : 0.1 + 0.9 * fall(Math.min((t - 59) / 40, 1));
    });
  });

  it('piecewise is CS231n’s momentum', () => {
    const value = schedule.piecewise({ values: [0.5, 0.9, 0.95, 0.99], at: [10, 20, 30] });
    const at = [0, 9, 10, 19, 20, 29, 30, 1e9].map((t) => schedule.valueAt(value, t));
    expect(at).toEqual([0.5, 0.5, 0.9, 0.9, 0.95, 0.95, 0.99, 0.99]);
  });

  it('a number, a constant and a function', () => {
    expect(schedule.valueAt(0.3, 5)).toBe(0.3);
    expect(schedule.valueAt(schedule.constant(0.3), 5)).toBe(0.3);
    expect(schedule.valueAt((step) => 1 / (1 + step), 4)).toBe(0.2);
    const point = { step: 3, epoch: 2, history: [] };
    expect(schedule.valueAt((_, { epoch }) => epoch ?? -1, point)).toBe(2);
  });
});

describe('combinations', () => {
  const falling = schedule.inverseTime({ initial: 1, rate: 1 });
  const inEpochs = schedule.inverseTime({ initial: 1, rate: 1, unit: 'epoch' });

  it('sequence starts the time of each part anew', () => {
    const value = schedule.sequence({ at: [3, 5], parts: [falling, 0.25, falling] });
    const at = [0, 1, 2, 3, 4, 5, 6, 7].map((t) => schedule.valueAt(value, t));
    expect(at).toEqual([1, 1 / 2, 1 / 3, 0.25, 0.25, 1, 1 / 2, 1 / 3]);
    const mixed = schedule.sequence({ at: [3], parts: [0.25, inEpochs] });
    expect(schedule.valueAt(mixed, { step: 3, epoch: 1 })).toBe(1 / 2);
    const both = schedule.sequence({ at: [2], parts: [0.25, inEpochs], unit: 'epoch' });
    expect(schedule.valueAt(both, { step: 3, epoch: 3 })).toBe(1 / 2);
  });

  it('scale and clamp', () => {
    const halved = schedule.scale({ schedule: falling, factor: 0.5 });
    expect(schedule.valueAt(halved, 3)).toBe(1 / 8);
    const squared = schedule.scale({ schedule: falling, factor: falling });
    expect(schedule.valueAt(squared, 3)).toBe(1 / 16);
    const clamped = schedule.clamp({ schedule: falling, min: 0.2, max: 0.6 });
    expect([0, 1, 9].map((t) => schedule.valueAt(clamped, t))).toEqual([0.6, 0.5, 0.2]);
  });
});

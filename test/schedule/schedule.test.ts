import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optim, schedule } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const step = fc.nat(100_000);

describe('values', () => {
  it('follow their formulas', () => {
    fc.assert(
      fc.property(step, (t) => {
        const at = (value: schedule.LearningRate): number => schedule.valueAt(value, t);
        expect(at(0.3)).toBe(0.3);
        expect(at(schedule.constant(0.3))).toBe(0.3);
        expect(at((s) => s * 2)).toBe(2 * t);
        expect(at(schedule.stepDecay({ initial: 1, factor: 0.5, every: 7 }))).toBe(
          0.5 ** Math.floor(t / 7),
        );
        expect(at(schedule.exponential({ initial: 2, rate: 1e-4 }))).toBeCloseTo(
          2 * Math.exp(-1e-4 * t),
          12,
        );
        expect(at(schedule.inverseTime({ initial: 2, rate: 0.1 }))).toBeCloseTo(
          2 / (1 + 0.1 * t),
          12,
        );
      }),
    );
  });

  it('cosine starts at initial, falls, and rests at final', () => {
    const value = schedule.cosine({ initial: 1, final: 0.1, steps: 100, warmup: 10 });
    const at = (t: number): number => schedule.valueAt(value, t);
    expect(at(0)).toBeCloseTo(1 / 11, 12);
    expect(at(10)).toBe(1);
    expect(at(55)).toBeCloseTo(0.55, 12);
    expect([at(100), at(1e9)]).toEqual([0.1, 0.1]);
    fc.assert(fc.property(fc.integer({ min: 10, max: 200 }), (t) => at(t + 1) <= at(t)));
  });

  it('survive JSON inside an optimizer', () => {
    const optimizer = optim.adam({ learningRate: schedule.cosine({ initial: 1, steps: 10 }) });
    const copy = JSON.parse(JSON.stringify(optimizer)) as typeof optimizer;
    expect(schedule.valueAt(copy.learningRate, 5)).toBe(
      schedule.valueAt(optimizer.learningRate, 5),
    );
  });
});

it.each([
  ['cosine without steps', () => schedule.cosine({ initial: 1 } as never), 'TYPE'],
  ['no steps', () => schedule.cosine({ initial: 1, steps: 0 }), 'RANGE'],
  ['a warm-up as long', () => schedule.cosine({ initial: 1, steps: 5, warmup: 5 }), 'RANGE'],
  ['a negative rate', () => schedule.constant(-1), 'RANGE'],
  ['a misspelt option', () => schedule.cosine({ initial: 1, step: 5 } as never), 'UNKNOWN_OPTION'],
  ['an unknown kind', () => optim.sgd({ learningRate: { kind: 'cosin' } as never }), 'TYPE'],
])('refuses %s', async (_, body, code) => {
  expect((await failure(body)).code).toBe(code);
});

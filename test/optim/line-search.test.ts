/** The line searches find points that keep their conditions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Line,
  type Trial,
  backtrack,
  wolfeSearch,
} from '../../src/optim/full-batch/line-search.js';

/** Makes a line through a function of one variable and its derivative. */
function lineOf(f: (t: number) => number, slope: (t: number) => number): Line & { calls: number } {
  const trial = (t: number): Trial => {
    const point = { x: Float64Array.of(t), value: f(t), gradient: Float64Array.of(slope(t)) };
    const isNumber = Number.isFinite(f(t)) && Number.isFinite(slope(t));
    return { t, point, value: isNumber ? f(t) : Infinity, slope: slope(t) };
  };
  const line = {
    start: trial(0),
    extent: 1,
    calls: 0,
    at: (t: number) => {
      line.calls++;
      return Promise.resolve(trial(t));
    },
  };
  return line;
}

describe('the line search', () => {
  const limits = { decrease: 1e-4, curvature: 0.9, searches: 25, change: 0 };
  const meets = (line: Line, { t, value, slope }: Trial): boolean =>
    value <= line.start.value + limits.decrease * t * line.start.slope &&
    Math.abs(slope) <= -limits.curvature * line.start.slope;

  it('meets both Wolfe conditions on quartics, from any first step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        fc.double({ min: -4, max: 4, noNaN: true }),
        async (bend, far, power) => {
          // The function is (t - far)² (1 + bend² t²) plus a slope down at 0.
          const f = (t: number) => (t - far) ** 2 * (1 + bend ** 2 * t ** 2);
          const slope = (t: number) =>
            2 * (t - far) * (1 + bend ** 2 * t ** 2) + 2 * bend ** 2 * t * (t - far) ** 2;
          const line = lineOf(f, slope);
          const found = await wolfeSearch(line, 10 ** power, limits);
          expect(meets(line, found)).toBe(true);
          expect(line.calls).toBeLessThanOrEqual(26);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('turns back from where the objective is no number', async () => {
    const line = lineOf(
      (t) => (t < 1e-3 ? -t : NaN),
      (t) => (t < 1e-3 ? -1 : NaN),
    );
    const found = await wolfeSearch(line, 1, limits);
    expect(found.value).toBeLessThan(0);
    const barrier = lineOf(
      (t) => -t - 1e-2 * Math.log(1 - t),
      (t) => -1 + 1e-2 / (1 - t),
    );
    expect(meets(barrier, await wolfeSearch(barrier, 50, limits))).toBe(true);
  });

  it('ends where it began when everything rises', async () => {
    const line = lineOf(
      (t) => t,
      () => -1,
    );
    expect((await wolfeSearch(line, 1, limits)).value).toBe(0);
    const { t } = await backtrack(line, 1, { decrease: 1e-4, shrink: 0.5, searches: 30 });
    expect(t).toBe(0);
  });
});

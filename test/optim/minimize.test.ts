import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optim } from '../../src/index.js';
import { objectives } from '../oracle/objectives.js';

interface Fixture {
  readonly torch: string;
  readonly cases: Record<
    string,
    {
      readonly start: number[];
      readonly history: number;
      readonly iterates: number[][];
      readonly scipy: { readonly value: number; readonly x: number[] };
    }
  >;
}
const file = join(__dirname, '..', 'fixtures', 'torch-lbfgs.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe.each(Object.entries(cases))(
  'L-BFGS on %s',
  (name, { start, history, iterates, scipy }) => {
    const objective = objectives[name]!;
    const method = optim.lbfgs({ history });
    const strict = { gradientTolerance: 1e-10, changeTolerance: 0 };

    // Rounding differs, and a line search multiplies the difference, most in the valley of
    // Rosenbrock.
    it("takes PyTorch's steps", async () => {
      expect(iterates.length).toBeGreaterThan(9);
      for (const iterations of [1, 2, 5, 10, iterates.length]) {
        const { x } = await optim.minimize(objective, start, method, { ...strict, iterations });
        expect(distance(x, iterates[iterations - 1]!)).toBeLessThan(1e-6);
      }
    });

    it("ends at SciPy's minimum", async () => {
      const options = { ...strict, iterations: 1000 };
      const { x, value, gradient } = await optim.minimize(objective, start, method, options);
      expect(value - scipy.value).toBeLessThan(1e-12 * Math.max(1, Math.abs(scipy.value)));
      expect(distance(x, scipy.x)).toBeLessThan(1e-5);
      expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-6);
    });
  },
);

describe('gradient descent with backtracking', () => {
  it.each(['quadratic', 'logistic'])('reaches the minimum of %s, always downhill', async (name) => {
    const { start, scipy } = cases[name]!;
    const options = { iterations: 20_000, gradientTolerance: 1e-6, changeTolerance: 0 };
    const found = await optim.minimize(
      objectives[name]!,
      start,
      optim.gradientDescent({ shrink: 0.6, grow: 1.5 }),
      options,
    );
    expect(distance(found.x, scipy.x)).toBeLessThan(1e-3);
    const values = found.iterations.map(({ value }) => value);
    expect(values.every((value, i) => i === 0 || value < values[i - 1]!)).toBe(true);
  });

  it('needs many times the evaluations of L-BFGS where curvatures differ', async () => {
    const { start, scipy } = cases['quadratic']!;
    const evaluationsOf = async (method: optim.FullBatchMethod): Promise<number> => {
      const options = { iterations: 20_000, gradientTolerance: 1e-6, changeTolerance: 0 };
      const found = await optim.minimize(objectives['quadratic']!, start, method, options);
      expect(found.value - scipy.value).toBeLessThan(1e-9);
      return found.iterations.at(-1)!.evaluations;
    };
    const newton = await evaluationsOf(optim.lbfgs());
    expect(newton).toBeLessThan(150);
    expect(await evaluationsOf(optim.gradientDescent())).toBeGreaterThan(10 * newton);
  });
});

describe('a run', () => {
  const { start } = cases['rosenbrock 2']!;
  const rosenbrock = objectives['rosenbrock 2']!;

  it('tells each iteration, and ends for a reason', async () => {
    const told: optim.MinimizeIteration[] = [];
    const onIteration = (iteration: optim.MinimizeIteration) => void told.push(iteration);
    const found = await optim.minimize(rosenbrock, start, optim.lbfgs(), { onIteration });
    expect(found.reason).toBe('change');
    expect(found.iterations).toEqual(told);
    expect(told.map(({ iteration }) => iteration)).toEqual(told.map((_, i) => i));
    expect(told[0]).toMatchObject({
      iteration: 0,
      value: 24.199999999999996,
      evaluations: 1,
      step: 0,
    });
    expect(told.at(-1)!.value).toBe(found.value);
    const few = await optim.minimize(rosenbrock, start, optim.lbfgs(), { iterations: 3 });
    expect([few.reason, few.iterations.length]).toEqual(['iterations', 4]);
    const there = await optim.minimize(rosenbrock, [1, 1]);
    expect([there.reason, there.iterations.length]).toEqual(['gradient', 1]);
  });

  it('takes asynchronous objectives, and gives the same bits', async () => {
    const slow: optim.ObjectiveFunction = async (x, gradient) => {
      await Promise.resolve();
      return rosenbrock(x, gradient);
    };
    const [a, b] = [await optim.minimize(rosenbrock, start), await optim.minimize(slow, start)];
    expect(a.x).toEqual(b.x);
  });

  it('stops at the last whole step when aborted, also by a timer', async () => {
    const controller = new AbortController();
    const onIteration = ({ iteration }: optim.MinimizeIteration): void => {
      if (iteration === 4) controller.abort();
    };
    const { signal } = controller;
    const found = await optim.minimize(rosenbrock, start, optim.lbfgs(), { signal, onIteration });
    expect([found.reason, found.iterations.length]).toEqual(['aborted', 5]);
    const expected = await optim.minimize(rosenbrock, start, optim.lbfgs(), { iterations: 4 });
    expect(found.x).toEqual(expected.x);
    const endless = { iterations: 1e9, gradientTolerance: 0, changeTolerance: 0 };
    const timed = { ...endless, signal: AbortSignal.timeout(50) };
    const descent = optim.gradientDescent();
    expect((await optim.minimize(rosenbrock, start, descent, timed)).reason).toBe('aborted');
  });

  it('says where nothing lower is found', async () => {
    const kink: optim.ObjectiveFunction = (x, gradient) => {
      gradient[0] = x[0]! < 1e-9 ? -1 : 1;
      return x[0]! < 1e-9 ? 1 : 2;
    };
    const found = await optim.minimize(kink, [0]);
    expect([found.reason, found.x[0]]).toEqual(['stalled', 0]);
  });

  /** An objective of one number, from its value and slope. */
  const ofOne =
    (at: (x: number) => readonly [number, number]): optim.ObjectiveFunction =>
    (x, gradient) => {
      const [value, slope] = at(x[0]!);
      gradient[0] = slope;
      return value;
    };
  const methods = [optim.lbfgs(), optim.gradientDescent()];
  const endless = { iterations: 1500, gradientTolerance: 0, changeTolerance: 0 };

  it.each<[string, (x: number) => readonly [number, number], number[]]>([
    ['−x', (x) => [-x, -1], [1, 0, -3]],
    ['−x²', (x) => [-(x ** 2), -2 * x], [1, -1e-3]],
    ['x³', (x) => [x ** 3, 3 * x ** 2], [-1, 1, 5, -1e-3]],
    ['−ln x', (x) => [-Math.log(x), -1 / x], [1, 1e-8, 1e3, 1e9]],
    ['−√x', (x) => [-Math.sqrt(x), -0.5 / Math.sqrt(x)], [1]],
    ['−ln ln x', (x) => [-Math.log(Math.log(x)), -1 / (x * Math.log(x))], [3]],
    ['−exp x', (x) => [-Math.exp(x), -Math.exp(x)], [0, -5]],
  ])('says that %s falls for ever', async (_, at, starts) => {
    for (const from of starts)
      for (const method of methods) {
        const found = await optim.minimize(ofOne(at), [from], method);
        expect([from, method.kind, found.reason]).toEqual([from, method.kind, 'unbounded']);
      }
    expect((await optim.minimize(ofOne(at), [starts[0]!], optim.lbfgs(), endless)).reason).toBe(
      'unbounded',
    );
  });

  it.each<[string, (x: number) => readonly [number, number], number]>([
    ['exp −x', (x) => [Math.exp(-x), -Math.exp(-x)], 0],
    ['1/x', (x) => [1 / x, -1 / x ** 2], 1],
    ['(1 + x²)^−0.1', (x) => [(1 + x * x) ** -0.1, -0.2 * x * (1 + x * x) ** -1.1], 3],
    [
      '1/(1 + ln(1 + x²))',
      (x) => {
        const root = 1 + Math.log(1 + x * x);
        return [1 / root, (-2 * x) / ((1 + x * x) * root ** 2)];
      },
      3,
    ],
    ['1/ln x', (x) => [1 / Math.log(x), -1 / (x * Math.log(x) ** 2)], 10],
    ['−arctan x', (x) => [-Math.atan(x), -1 / (1 + x ** 2)], 0],
    ['x³ − 3x, in its valley', (x) => [x ** 3 - 3 * x, 3 * x ** 2 - 3], 2],
    ['|x|', (x) => [Math.abs(x), Math.sign(x)], 0.7],
    ['√|x|', (x) => [Math.sqrt(Math.abs(x)), (Math.sign(x) * 0.5) / Math.sqrt(Math.abs(x))], 1],
    ['(x − 10⁶)² / 10¹⁴', (x) => [((x - 1e6) / 1e7) ** 2, (2 * (x - 1e6)) / 1e14], 0],
    ['a gradient of the wrong sign', (x) => [x ** 2, -2 * x], 3],
  ])('does not say so of %s', async (_, at, from) => {
    for (const method of methods)
      for (const more of [{}, { gradientTolerance: 1e-12, changeTolerance: 0, iterations: 300 }])
        expect((await optim.minimize(ofOne(at), [from], method, more)).reason).not.toBe(
          'unbounded',
        );
  });

  it('says so where one of several numbers runs away, the others at their best', async () => {
    const valley: optim.ObjectiveFunction = (x, gradient) => {
      gradient.set([2 * (x[0]! - 1), -1 / x[1]!, 2 * x[2]!]);
      return (x[0]! - 1) ** 2 - Math.log(x[1]!) + x[2]! ** 2;
    };
    const { reason, x } = await optim.minimize(valley, [5, 1, -2], optim.lbfgs(), endless);
    expect([reason, x[0]!.toFixed(4), x[2]!.toFixed(4)]).toEqual(['unbounded', '1.0000', '0.0000']);
    const early = await optim.minimize(valley, [5, 1, -2], optim.lbfgs(), { iterations: 1000 });
    expect(early.reason).toBe('unbounded');
  });

  it('ends as it would where the objective throws far out, or is no number there', async () => {
    for (const beyond of [NaN, Infinity, undefined]) {
      const fenced = ofOne((x) => {
        if (x < 100) return [Math.exp(-x), -Math.exp(-x)];
        if (beyond === undefined) throw new RangeError('mine');
        return [beyond, 1];
      });
      expect((await optim.minimize(fenced, [0])).reason).toBe('gradient');
    }
  });

  it("passes on the objective's error", async () => {
    const broken = (): number => {
      throw new RangeError('mine');
    };
    await expect(optim.minimize(broken, [1])).rejects.toThrow(new RangeError('mine'));
  });

  it('changes no array of the caller', async () => {
    const from = Float64Array.from(start);
    await optim.minimize(rosenbrock, from);
    expect([...from]).toEqual(start);
  });
});

/** optim.minimize and its methods refuse wrong input, and name it. */
import { describe, expect, it } from 'vitest';
import { optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

describe('bad input', () => {
  const f: optim.ObjectiveFunction = (x, gradient) => {
    gradient[0] = 2 * x[0]!;
    return x[0]! ** 2;
  };
  it.each([
    [() => optim.lbfgs({ history: 0 }), 'RANGE', 'lbfgs.history'],
    [() => optim.lbfgs({ history: 2.5 }), 'TYPE', 'lbfgs.history'],
    [() => optim.lbfgs({ curvature: 1 }), 'RANGE', 'lbfgs.curvature'],
    [() => optim.lbfgs({ decrease: 0.5, curvature: 0.4 }), 'RANGE', 'lbfgs.decrease'],
    [() => optim.lbfgs({ searches: 0 }), 'RANGE', 'lbfgs.searches'],
    [() => optim.lbfgs({ memory: 5 } as never), 'UNKNOWN_OPTION', 'lbfgs.memory'],
    [() => optim.gradientDescent({ shrink: 1 }), 'RANGE', 'gradientDescent.shrink'],
    [() => optim.gradientDescent({ grow: 0.5 }), 'RANGE', 'gradientDescent.grow'],
    [() => optim.minimize(3 as never, [1]), 'TYPE', 'objective'],
    [() => optim.minimize(f, []), 'RANGE', 'start'],
    [() => optim.minimize(f, 'x' as never), 'TYPE', 'start'],
    [() => optim.minimize(f, [NaN]), 'RANGE', 'start[0]'],
    [() => optim.minimize(f, new Array<number>(2)), 'TYPE', 'start[0]'],
    [() => optim.minimize(f, new Float32Array(1) as never), 'TYPE', 'start'],
    [() => optim.minimize(f, [1], optim.adam() as never), 'TYPE', 'method'],
    [
      () => optim.minimize(f, [1], optim.lbfgs(), { iterations: 0 }),
      'RANGE',
      'minimize.iterations',
    ],
    [
      () => optim.minimize(f, [1], optim.lbfgs(), { changeTolerance: -1 }),
      'RANGE',
      'minimize.changeTolerance',
    ],
    [
      () => optim.minimize(f, [1], optim.lbfgs(), { signal: 1 as never }),
      'TYPE',
      'minimize.signal',
    ],
    [
      () => optim.minimize(f, [1], optim.lbfgs(), { onIteration: 1 as never }),
      'TYPE',
      'minimize.onIteration',
    ],
    [
      () => optim.minimize(f, [1], optim.lbfgs(), { steps: 1 } as never),
      'UNKNOWN_OPTION',
      'minimize.steps',
    ],
    [() => optim.minimize(() => NaN, [1]), 'NONFINITE', 'start'],
    [() => optim.minimize(() => 'x' as never, [1]), 'TYPE', 'objective'],
  ])('%s is %s', async (body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it.each([0, 1, 2])('a gradient that is NaN at %i is NONFINITE', async (place) => {
    const error = await failure(() =>
      optim.minimize(
        (x, gradient) => {
          gradient.fill(1);
          gradient[place] = NaN;
          return x[0]!;
        },
        [1, 1, 1],
      ),
    );
    expect([error.code, error.path]).toEqual(['NONFINITE', 'start']);
  });
});

/** Searches in one process: workers, rules, errors, signals and budgets. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ThalwegError, search } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { objective, space, valuesOf } from './small-study.js';

describe('run', () => {
  it('finds the best values', async () => {
    const study = await search.run({ space, objective, trials: 60, seed: 1 });
    expect(study.trials).toHaveLength(60);
    expect(study.trials.every(({ state }) => state === 'complete')).toBe(true);
    expect(study.best!.values.kind).toBe('a');
    expect(study.best!.values.x).toBeCloseTo(0.3, 1);
    const values = study.trials.map(({ value }) => value!);
    expect(study.best!.value).toBe(Math.min(...values));
    expect(study.top(3).map(({ value }) => value)).toEqual(
      values.toSorted((a, b) => a - b).slice(0, 3),
    );
  });

  it('maximizes where it is told to', async () => {
    const rising = (trial: search.Trial<search.Values<typeof space>>): number => -objective(trial);
    const study = await search.run({
      space,
      trials: 60,
      seed: 1,
      objective: rising,
      direction: 'maximize',
    });
    const falling = await search.run({ space, objective, trials: 60, seed: 1 });
    expect(study.trials.map(({ values }) => values)).toEqual(
      falling.trials.map(({ values }) => values),
    );
    expect(study.best!.number).toBe(falling.best!.number);
  });

  it.each(['random', 'sobol'] as const)(
    '%s has the same trials at 1, 2 and 64 workers',
    async (sampler) => {
      const lists = [];
      for (const concurrency of [1, 2, 64]) {
        const slow = async (trial: search.Trial<search.Values<typeof space>>) => {
          await sleep((trial.number * 7) % 5); // trials end in another order
          return objective(trial);
        };
        const options = { space, sampler, concurrency, trials: 100, seed: 9 };
        lists.push(valuesOf(await search.run({ ...options, objective: slow })));
      }
      expect(lists[1]).toEqual(lists[0]);
      expect(lists[2]).toEqual(lists[0]);
    },
  );

  it('runs at most as many trials at once as it is told', async () => {
    let [running, most] = [0, 0];
    await search.run({
      space,
      sampler: 'random',
      trials: 20,
      concurrency: 4,
      objective: async () => {
        most = Math.max(most, ++running);
        await sleep(2);
        running--;
        return 0;
      },
    });
    expect(most).toBe(4);
  });

  it('ends a grid where it ends, with its warning', async () => {
    const study = await search.run({ space, objective, sampler: search.grid({ points: 3 }) });
    expect(study.trials).toHaveLength(6);
    expect(study.warnings).toEqual([expect.stringContaining('in 6 trials; search.random()')]);
    expect(study.report()).toContain('warning: the grid tries');
  });

  it('gives each trial a seed of its own, the same in each study of a seed', async () => {
    const seeds = async (): Promise<number[]> => {
      const found: number[] = [];
      const keep = (trial: search.Trial): number => found.push(trial.seed);
      await search.run({ space, trials: 10, seed: 3, objective: keep });
      return found;
    };
    const first = await seeds();
    expect(new Set(first).size).toBe(10);
    expect(await seeds()).toEqual(first);
  });

  it('takes the last report where the objective returns nothing', async () => {
    const study = await search.run({
      space,
      trials: 1,
      objective: (trial) => {
        trial.report(0, 5);
        trial.report(2, 3);
        trial.report(1, 4);
        trial.report(2, 2.5);
        return undefined;
      },
    });
    expect(study.trials[0]).toMatchObject({ state: 'complete', value: 2.5 });
    expect(study.trials[0]!.history).toEqual([
      { epoch: 0, value: 5 },
      { epoch: 1, value: 4 },
      { epoch: 2, value: 2.5 },
    ]);
  });
});

describe('errors of an objective', () => {
  const broken = ({ number }: { readonly number: number }): number => {
    if (number === 3) throw new Error('the fourth trial breaks');
    return number;
  };

  it('end the search', async () => {
    await expect(search.run({ space, trials: 10, objective: broken })).rejects.toThrow(
      'the fourth trial breaks',
    );
  });

  it('fail their trials alone where the search continues', async () => {
    const study = await search.run({ space, trials: 6, objective: broken, onError: 'continue' });
    expect(study.trials.map(({ state }) => state)).toEqual(
      [0, 1, 2, 3, 4, 5].map((number) => (number === 3 ? 'failed' : 'complete')),
    );
    expect(study.trials[3]!.reason).toBe('the fourth trial breaks');
  });

  it('a loss that is not finite fails its trial, and the search goes on', async () => {
    const study = await search.run({
      space,
      trials: 4,
      objective: ({ number }) => {
        if (number === 0) return NaN;
        if (number === 1) return -Infinity;
        if (number > 2) return 1;
        const parts = { code: 'NONFINITE', path: 'loss', received: 'NaN', expected: '' } as const;
        throw new ThalwegError(parts);
      },
    });
    expect(study.trials.map(({ state }) => state)).toEqual([
      'failed',
      'failed',
      'failed',
      'complete',
    ]);
    expect(study.best!.number).toBe(3);
  });

  it.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'objective'],
    ['a text', () => '1', 'objective'],
  ])('%s as a result is refused', async (_, result, path) => {
    const run = () => search.run({ space, trials: 1, objective: result as () => number });
    expect(await failure(run)).toMatchObject({ code: 'TYPE', path });
  });
});

describe('options', () => {
  it.each<[string, object, string, string]>([
    ['a misspelt name', { trails: 5 }, 'UNKNOWN_OPTION', 'run.trails'],
    ['no trial', { trials: 0 }, 'RANGE', 'run.trials'],
    ['no direction', { direction: 'up' }, 'RANGE', 'run.direction'],
    ['no sampler of this name', { sampler: 'sobel' }, 'RANGE', 'run.sampler'],
    ['no sampler', { sampler: {} }, 'TYPE', 'run.sampler'],
    ['no rule', { stopping: ['median'] }, 'TYPE', 'run.stopping[0]'],
    ['no list of rules', { stopping: search.median() }, 'TYPE', 'run.stopping'],
    ['a seed below 0', { seed: -1 }, 'SEED', 'run.seed'],
    ['half a worker', { concurrency: 0.5 }, 'RANGE', 'run.concurrency'],
    ['no signal', { signal: {} }, 'TYPE', 'run.signal'],
    ['no objective', { objective: 3 }, 'TYPE', 'run.objective'],
    ['a budget of minutes', { budget: { minutes: 1 } }, 'UNKNOWN_OPTION', 'run.budget.minutes'],
    ['a budget of nothing', { budget: { epochs: 0 } }, 'RANGE', 'run.budget.epochs'],
    ['a constraint that is no function', { constraint: true }, 'TYPE', 'run.constraint'],
    ['a constraint that returns 1', { constraint: () => 1 }, 'TYPE', 'run.constraint'],
    ['a promise', { constraint: () => Promise.reject(Error()) }, 'TYPE', 'run.constraint'],
    ['a store of no name', { store: '' }, 'TYPE', 'run.store'],
    ['onError', { onError: 'ignore' }, 'TYPE', 'run.onError'],
  ])('%s is refused', async (_, wrong, code, path) => {
    const run = () => search.run({ space, objective, trials: 1, ...wrong } as never);
    expect(await failure(run)).toMatchObject({ code, path });
  });

  it('values of a sampler are checked', async () => {
    const sampler: search.Sampler = {
      name: 'own',
      begin: () => ({ propose: () => ({ values: { x: 7, kind: 'a' } }) }),
    };
    const run = () => search.run({ space, objective, trials: 1, sampler });
    expect(await failure(run)).toMatchObject({ code: 'RANGE', path: 'own.values.x' });
  });
});

/** A search ends by a signal, a budget, or its caller. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { objective, space, valuesOf } from './small-study.js';

describe('a signal', () => {
  it('ends the search, stops running trials and keeps no result of theirs', async () => {
    const controller = new AbortController();
    const stopped: boolean[] = [];
    const study = await search.run({
      space,
      trials: 100,
      sampler: 'random',
      concurrency: 2,
      signal: controller.signal,
      objective: async (trial) => {
        if (trial.number === 5) controller.abort();
        await sleep(1);
        stopped.push(trial.stop && trial.signal.aborted);
        return 0;
      },
    });
    expect(study.trials.length).toBeLessThan(9);
    expect(stopped.filter(Boolean).length).toBeGreaterThan(0);
    expect(study.trials.some(({ state }) => state === 'running')).toBe(true);
  });

  it('reaches a search in memory whose objective does not wait', async () => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 1);
    const { signal } = controller;
    const options = { space, trials: 20_000, sampler: 'random', signal } as const;
    const study = await search.run({ ...options, objective: () => 0 });
    expect(study.trials.length).toBeLessThan(20_000);
  });

  it('ends a search that begins after its abort before its first trial', async () => {
    const signal = AbortSignal.abort();
    const study = await search.run({ space, trials: 5, signal, objective: () => 0 });
    expect(study.trials).toEqual([]);
  });
});

describe('a budget', () => {
  const train = (trial: search.Trial): undefined => {
    for (let epoch = 0; epoch < 10 && !trial.stop; epoch++) trial.report(epoch, trial.number);
    return undefined;
  };

  it('counts epochs', async () => {
    const study = await search.run({ space, objective: train, budget: { epochs: 25 } });
    expect(study.trials.map(({ history }) => history.length)).toEqual([10, 10, 5]);
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'pruned']);
    expect(study.trials[2]!.reason).toBe('the budget is used up');
  });

  it('counts seconds', async () => {
    const study = await search.run({
      space,
      sampler: 'random',
      budget: { seconds: 0.05 },
      objective: async () => {
        await sleep(5);
        return 0;
      },
    });
    expect(study.trials.length).toBeGreaterThan(0);
    expect(study.trials.length).toBeLessThan(12);
  });
});

describe('ask and tell', () => {
  it('let timers run between trials', async () => {
    let hasRun = false;
    setTimeout(() => {
      hasRun = true;
    }, 1);
    await using study = await search.study({ space, trials: 20_000, sampler: 'random' });
    for (let trial = await study.ask(); trial !== undefined && !hasRun; trial = await study.ask())
      await study.tell(trial, 0);
    expect(hasRun).toBe(true);
    expect(study.trials.length).toBeLessThan(20_000);
  });

  it('leave the loop to the caller', async () => {
    await using study = await search.study({ space, trials: 30, seed: 1 });
    for (let trial = await study.ask(); trial !== undefined; trial = await study.ask())
      await study.tell(trial, objective(trial));
    const run = await search.run({ space, objective, trials: 30, seed: 1 });
    expect(valuesOf(study)).toEqual(valuesOf(run));
  });

  it('refuse a trial twice, of another study, after the end, and no number', async () => {
    const study = await search.study({ space, trials: 3 });
    const other = await search.study({ space, trials: 3 });
    const [first, second, foreign] = [await study.ask(), await study.ask(), await other.ask()];
    await study.tell(first!, 1);
    const codes = async (...bodies: (() => unknown)[]): Promise<string[]> =>
      Promise.all(bodies.map(async (body) => (await failure(body)).code));
    expect(
      await codes(
        () => study.tell(first!, 1),
        () => study.tell(foreign!, 1),
        () => study.tell({} as never, 1),
        () => study.tell(second!, '1' as never),
        () => study.tell(second!),
        () => first!.report(0, 1),
        () => second!.report(0.5, 1),
        () => second!.report(0, '1' as never),
        () => study.top(0),
      ),
    ).toEqual([
      'DISPOSED',
      'DISPOSED',
      'TYPE',
      'TYPE',
      'TYPE',
      'DISPOSED',
      'TYPE',
      'TYPE',
      'RANGE',
    ]);
    await study.fail(second!, 'out of memory');
    expect(study.trials[1]).toMatchObject({ state: 'failed', reason: 'out of memory' });
    await study.close();
    await study.close();
    expect((await failure(() => study.ask())).code).toBe('DISPOSED');
    await other.close();
  });
});

/** Errors that leave objectives, and what a search makes of them. */
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ThalwegError, search } from '../../src/index.js';
import { writeLine } from '../../src/search/journal/line.js';
import { failure } from '../oracle/failure.js';
import { space } from './small-study.js';
import { newStore } from './studies.js';

const never: search.StoppingRule = {
  name: 'never',
  judge: () => ({ reason: 'not wanted', state: 'pruned' }),
};

describe('work that the signal of a stopped trial aborts', () => {
  const aborted = new ThalwegError({
    code: 'ABORTED',
    path: 'fit',
    received: 'a signal',
    expected: 'none',
  });
  it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ['a timer', async (signal) => sleep(10_000, undefined, { signal })],
    ['work that throws the reason', async (signal) => Promise.reject(signal.reason as Error)],
    ['work of thalweg', async () => Promise.reject(aborted)],
  ])('ends its trial alone: %s', async (_, work) => {
    const study = await search.run({
      space,
      trials: 2,
      stopping: [never],
      objective: async (trial) => {
        trial.report(0, 1);
        await work(trial.signal);
      },
    });
    expect(study.trials).toMatchObject(Array(2).fill({ state: 'pruned', reason: 'not wanted' }));
  });

  it('does not hide an abort of a trial that no rule has stopped', async () => {
    const objective = async (): Promise<undefined> => {
      await sleep(1, undefined, { signal: AbortSignal.abort() });
      return undefined;
    };
    const run = search.run({ space, trials: 2, objective });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('does not hide another error of a stopped trial', async () => {
    const objective = (trial: search.Trial): number => {
      trial.report(0, 1);
      throw new Error('a bug');
    };
    const run = search.run({ space, trials: 2, stopping: [never], objective });
    await expect(run).rejects.toThrow('a bug');
  });
});

describe('a result that is none', () => {
  const returning = (value: unknown) => (): number => value as number;
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', '1'],
    ['an object', {}],
  ])('fails its trial alone where the search continues: %s', async (_, value) => {
    const options = { space, trials: 2, objective: returning(value) };
    const study = await search.run({ ...options, onError: 'continue' });
    expect(study.trials).toMatchObject(Array(2).fill({ state: 'failed' }));
    expect(study.trials[0]!.reason).toContain('expected a number');
  });

  it('is kept as a failure before the search ends', async () => {
    const store = newStore();
    const run = search.run({ space, store, trials: 2, objective: returning('1') });
    await expect(run).rejects.toMatchObject({ code: 'TYPE', path: 'objective' });
    expect((await search.load(store)).trials).toMatchObject([{ state: 'failed' }]);
  });
});

describe('a failure that the caller tells', () => {
  it('has a text or the message of an error as its reason', async () => {
    await using study = await search.study({ space, trials: 3 });
    const trial = (await study.ask())!;
    for (const wrong of [undefined, null, 3, {}, { message: 'm' }])
      expect(await failure(() => study.fail(trial, wrong as never))).toMatchObject({
        code: 'TYPE',
        path: 'fail.reason',
      });
    await study.fail(trial, new Error('no memory'));
    await study.fail((await study.ask())!, 'x'.repeat(2000));
    expect(study.trials.map(({ reason }) => reason)).toEqual(['no memory', 'x'.repeat(1000)]);
  });
});

describe('a result that comes too late', () => {
  it('is dropped with a warning', async () => {
    const store = newStore();
    const warned = once(process, 'warning');
    const study = await search.run({
      space,
      store,
      trials: 1,
      objective: () => {
        const lease = { worker: 'w', host: 'far', pid: 1, start: '0', until: Date.now() + 1e9 };
        const system_attr = { 'thalweg:lease': lease };
        appendFileSync(store, writeLine({ op_code: 9, worker_id: 'w', trial_id: 0, system_attr }));
        return 1;
      },
    });
    expect(study.trials).toMatchObject([{ state: 'running' }]);
    const [warning] = (await warned) as [Error];
    expect(warning.name).toBe('ThalwegWarning');
    expect(warning.message).toContain('a result is dropped: expected a trial of this worker');
  });
});

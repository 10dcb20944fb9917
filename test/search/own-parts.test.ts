/** Rules, samplers and listeners of the caller, who may have written them wrongly. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { objective, space } from './small-study.js';

describe('a rule', () => {
  it.each<[string, unknown]>([
    ['true', true],
    ['null', null],
    ['a text', 'stop'],
    ['a promise', Promise.resolve()],
    ['a verdict without a reason', { state: 'pruned' }],
    ['a verdict of another state', { reason: 'bad', state: 'failed' }],
  ])('is refused where it returns %s', async (_, verdict) => {
    const run = () =>
      search.run({
        space,
        trials: 1,
        stopping: [{ name: 'own', judge: () => verdict as undefined }],
        objective: (trial) => {
          trial.report(0, 1);
        },
      });
    expect(await failure(run)).toMatchObject({ code: 'TYPE', path: 'stopping.own' });
  });
});

describe('a sampler', () => {
  const propose = (): search.Suggestion => ({ values: { x: 0, kind: 'a' } });
  const proposing = (value: unknown) => () => ({ propose: () => value });
  it.each<[string, unknown, () => unknown, string, string]>([
    ['no name', undefined, () => ({ propose }), 'TYPE', 'run.sampler.name'],
    ['a number as its name', 3, () => ({ propose }), 'TYPE', 'run.sampler.name'],
    ['nothing to begin', 'own', () => undefined, 'TYPE', 'own.begin'],
    ['a promise to begin', 'own', async () => Promise.resolve({ propose }), 'TYPE', 'own.begin'],
    ['no function `propose`', 'own', () => ({ propose: 3 }), 'TYPE', 'own.begin'],
    ['a text as its length', 'own', () => ({ propose, length: '3' }), 'TYPE', 'own.length'],
    ['half a trial', 'own', () => ({ propose, length: 0.5 }), 'TYPE', 'own.length'],
    ['one warning', 'own', () => ({ propose, warnings: 'bad' }), 'TYPE', 'own.warnings'],
    ['a note', 'own', () => ({ propose, notes: 'good' }), 'TYPE', 'own.notes'],
    ['null as a proposal', 'own', proposing(null), 'TYPE', 'own.propose'],
    ['a number as a proposal', 'own', proposing(3), 'TYPE', 'own.propose'],
    ['a proposal without values', 'own', proposing({}), 'TYPE', 'own.values'],
    [
      'a stage below 0',
      'own',
      proposing({ values: { x: 0, kind: 'a' }, stage: -1 }),
      'RANGE',
      'own.stage',
    ],
    [
      'a text as its epochs',
      'own',
      proposing({ values: { x: 0, kind: 'a' }, epochs: '3' }),
      'TYPE',
      'own.epochs',
    ],
  ])('is refused where it has %s', async (_, name, begin, code, path) => {
    const run = () =>
      search.run({ space, objective, trials: 1, sampler: { name, begin } as search.Sampler });
    expect(await failure(run)).toMatchObject({ code, path });
  });
});

describe('onTrial', () => {
  it('ends the search where it rejects, and is awaited', async () => {
    const seen: number[] = [];
    const run = search.run({
      space,
      objective,
      trials: 5,
      sampler: 'random',
      onTrial: async ({ number }) => {
        await sleep(1);
        seen.push(number);
        if (number === 2) throw new Error('no room for the picture');
      },
    });
    await expect(run).rejects.toThrow('no room for the picture');
    expect(seen).toEqual([0, 1, 2]);
  });
});

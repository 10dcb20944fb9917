/** Rules, samplers and listeners of the caller, who may have written them wrongly. */
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

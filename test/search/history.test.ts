/** The reports of a trial, also where there are very many. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { ReportHistory } from '../../src/search/history.js';
import { space } from './small-study.js';

const end = { reason: 'the end', state: 'complete' } as const;

describe('a history', () => {
  it('is sorted, has each epoch once, and knows its best value', () => {
    const report = fc.record({
      epoch: fc.nat(12),
      value: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(NaN, Infinity, -Infinity)),
    });
    fc.assert(
      fc.property(fc.array(report), fc.boolean(), (reports, maximize) => {
        const history = new ReportHistory(maximize);
        for (const each of reports) history.add(each);
        const last = new Map(reports.map(({ epoch, value }) => [epoch, value]));
        const sorted = [...last].sort(([a], [b]) => a - b);
        expect(history.reports).toEqual(sorted.map(([epoch, value]) => ({ epoch, value })));
        const numbers = sorted.map(([, value]) => value).filter((value) => !Number.isNaN(value));
        const [none, best] = maximize
          ? [-Infinity, Math.max(...numbers)]
          : [Infinity, Math.min(...numbers)];
        if (sorted.length === 0) expect(history.best).toBeUndefined();
        else if (best === none) expect(Math.abs(history.best!)).not.toBeLessThan(Infinity);
        else expect(history.best).toBe(best);
      }),
    );
  });

  it('takes 150,000 reports in little time, and makes no call of as many arguments', async () => {
    const count = 150_000;
    const study = await search.run({
      space,
      trials: 1,
      budget: { epochs: 3 * count },
      stopping: [
        search.median(),
        search.explosion(),
        search.noLearning(),
        search.successiveHalving(),
        { name: 'last', judge: ({ history }) => (history.length < count ? undefined : end) },
      ],
      objective: (trial) => {
        for (let epoch = 0; epoch < count && !trial.stop; epoch++)
          trial.report(epoch, 1 + 1 / (epoch + 1));
      },
    });
    const [first] = study.trials;
    expect(first).toMatchObject({ state: 'complete', value: 1 + 1 / count });
    expect(first!.history).toHaveLength(count);
  });
});

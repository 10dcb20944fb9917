/** The report of a study as text, at two widths. */
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const space = {
  learningRate: search.logUniform(1e-6, 10),
  units: search.integer(8, 512, { log: true }),
  optimizer: search.choice(['adam', 'momentum']),
  momentum: search.conditional(search.uniform(0, 1), { when: { optimizer: 'momentum' } }),
  activation: search.choice(['relu', 'a name that is far too long for a table']),
};
const study = await search.run({
  space,
  trials: 8,
  seed: 2,
  sampler: 'random',
  onError: 'continue',
  name: 'digits',
  stopping: [search.explosion()],
  objective: (trial) => {
    if (trial.number === 2) throw new Error('broken');
    trial.report(0, trial.number === 3 ? NaN : 0.1);
    return Math.abs(Math.log10(trial.values.learningRate) + 2);
  },
});

describe('a report', () => {
  it('fits 80 columns', () => {
    expect(study.report({ columns: 80, top: 3 })).toMatchInlineSnapshot(`
      "digits, 8 trials: 6 complete, 1 pruned, 1 failed

      trial   value  learningRate  units  optimizer  momentum  activation
          4  0.0800      8.317e-3     15  adam                 a name that is fa…
          7  0.5322      2.936e-3     12  adam                 a name that is fa…
          0  0.5524        0.0357     53  momentum     0.0225  a name that is fa…"
    `);
  });

  it('fits 40 columns, in blocks', () => {
    expect(study.report({ columns: 40, top: 3 })).toMatchInlineSnapshot(`
      "digits, 8 trials: 6 complete, 1 pruned,
      1 failed

      trial   value  learningRate  units
          4  0.0800      8.317e-3     15
          7  0.5322      2.936e-3     12
          0  0.5524        0.0357     53

      trial  optimizer  momentum
          4  adam
          7  adam
          0  momentum     0.0225

      trial  activation
          4  a name that is fa…
          7  a name that is fa…
          0  a name that is fa…"
    `);
  });

  it.each([20, 23, 30, 40, 57, 80, 120])('has no line above %i characters', (columns) => {
    const lines = study.report({ columns }).split('\n');
    expect(Math.max(...lines.map((line) => Array.from(line).length))).toBeLessThanOrEqual(
      Math.max(columns, 26),
    );
  });

  it('says how many trials there are where none is complete', async () => {
    await using empty = await search.study({ space, name: 'empty' });
    expect(empty.report()).toBe('empty, 0 trials');
    await empty.ask();
    expect(empty.report()).toBe('empty, 1 trial: 1 running');
    expect(empty.best).toBeUndefined();
  });

  it.each([
    ['columns', { columns: 10 }, 'RANGE', 'report.columns'],
    ['rows', { rows: 3 }, 'UNKNOWN_OPTION', 'report.rows'],
    ['top', { top: 0 }, 'RANGE', 'report.top'],
  ])('refuses wrong %s', async (_, options, code, path) => {
    expect(await failure(() => study.report(options as object))).toMatchObject({ code, path });
  });
});

describe('names that would command a terminal', () => {
  it('are escaped', async () => {
    const hostile = '\u001b[2Jx\u202e\n';
    const odd = await search.run({
      space: { [hostile]: search.choice(['a\u0007', 'b\u0007']) },
      name: hostile,
      trials: 1,
      sampler: 'random',
      objective: () => 1,
    });
    const text = odd.report({ columns: 80 });
    expect(text).toContain(String.raw`\u001b[2Jx\u202e\u000a, 1 trial: 1 complete`);
    expect(text).toMatch(/[ab]\\u0007/);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });
});

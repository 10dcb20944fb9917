/** Searches of several stages, and ranges that end too early. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { findBorders } from '../../src/search/border.js';
import { fitLeastSquares } from '../../src/search/least-squares.js';
import { checkSpace } from '../../src/search/parameters.js';
import { normalBelow, normalQuantile } from '../../src/search/samplers/normal.js';
import { narrowSpace } from '../../src/search/samplers/staged.js';
import { borderStudy } from '../oracle/border-studies.js';
import { failure } from '../oracle/failure.js';
import { generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';

const space = {
  rate: search.logUniform(1e-6, 10),
  units: search.integer(8, 512, { log: true }),
  kind: search.choice(['a', 'b', 'c']),
};
type Values = search.Values<typeof space>;

const stages = [
  { epochs: 1, trials: 60 },
  { epochs: 5, trials: 20 },
  { epochs: 25, trials: 6 },
] as const;
/** More epochs give a lower loss, and the rate 1e-2 with kind a is best. */
const loss = ({ values, epochs }: Pick<search.Trial<Values>, 'values' | 'epochs'>): number =>
  (Math.log10(values.rate) + 2) ** 2 + (values.kind === 'a' ? 0 : 5) + 1 / epochs!;

describe('stages', () => {
  it('narrow the ranges to where the best results lie', async () => {
    const sampler = search.staged(stages);
    const study = await search.run({ space, sampler, seed: 3, objective: loss });
    expect(study.trials.map(({ stage, epochs }) => `${stage}:${epochs}`)).toEqual([
      ...Array<string>(60).fill('0:1'),
      ...Array<string>(20).fill('1:5'),
      ...Array<string>(6).fill('2:25'),
    ]);
    const width = (stage: number): number => {
      const own = study.trials.filter((trial) => trial.stage === stage);
      const places = own.map(({ values }) => Math.log10(values.rate));
      return Math.max(...places) - Math.min(...places);
    };
    expect(width(0)).toBeGreaterThan(6);
    // 12 of about 20 good trials with kind a, and a margin on both sides
    expect(width(1)).toBeLessThan(6);
    expect(width(2)).toBeLessThan(width(1));
    expect(
      study.trials.filter(({ stage }) => stage === 2).every(({ values }) => values.kind === 'a'),
    ).toBe(true);
    expect(study.best!.stage).toBe(2);
    expect(Math.abs(Math.log10(study.best!.values.rate) + 2)).toBeLessThan(0.5);
    expect(study.report()).toMatch(/stage 3: 6 trials of 25 epochs; rate 0\.\d+…0\.\d+/);
  });

  it.each([
    ['random', search.random()],
    ['sobol', search.sobol()],
  ])('have the same %s trials at 1, 2 and 64 workers', async (_, sampler) => {
    const lists = [];
    for (const concurrency of [1, 2, 64]) {
      const study = await search.run({
        space,
        sampler: search.staged(stages, { sampler }),
        seed: 5,
        concurrency,
        objective: async (trial) => {
          await sleep((trial.number * 7) % 4);
          return loss(trial);
        },
      });
      lists.push(study.trials.map(({ number, values, value }) => ({ number, values, value })));
    }
    expect(lists[1]).toEqual(lists[0]);
    expect(lists[2]).toEqual(lists[0]);
  });

  it('go on from a store in the middle of a stage', async () => {
    const store = join(newFolder(), 'study.jsonl');
    const options = { space, sampler: search.staged(stages), seed: 6, objective: loss };
    for (const trials of [30, 60, 61, 200]) await search.run({ ...options, store, trials });
    const whole = await search.run(options);
    const stored = (await search.load(store)).trials;
    expect(stored.map(({ values, stage }) => ({ values, stage }))).toEqual(
      whole.trials.map(({ values, stage }) => ({ values, stage })),
    );
  });

  it('learn within a stage, where their sampler does', async () => {
    const sampler = search.staged([{ epochs: 1, trials: 60 }], { sampler: search.tpe() });
    const study = await search.run({ space, sampler, seed: 1, objective: loss });
    const late = study.trials.slice(-20).filter(({ values }) => values.kind === 'a');
    expect(late.length).toBeGreaterThan(12);
  });

  it('compare a trial with those of its own stage alone', async () => {
    const seen = new Set<string>();
    const rule: search.StoppingRule = {
      name: 'own',
      judge: ({ others }) => {
        seen.add(others.map(({ stage }) => stage).join('') || 'none');
        return undefined;
      },
    };
    await search.run({
      space,
      seed: 1,
      stopping: [rule],
      sampler: search.staged([
        { epochs: 1, trials: 3 },
        { epochs: 2, trials: 3 },
      ]),
      objective: (trial) => {
        trial.report(0, loss(trial));
        return undefined;
      },
    });
    expect([...seen].sort()).toEqual(['0', '00', '1', '11', 'none']);
  });

  it('goes on where all trials of a stage fail', async () => {
    const study = await search.run({
      space,
      onError: 'continue',
      seed: 1,
      sampler: search.staged([
        { epochs: 1, trials: 4 },
        { epochs: 2, trials: 2 },
      ]),
      objective: (trial) => {
        if (trial.stage === 0) throw new Error('broken');
        return 1;
      },
    });
    expect(study.trials.map(({ state }) => state)).toEqual([
      ...Array<string>(4).fill('failed'),
      ...Array<string>(2).fill('complete'),
    ]);
  });

  it.each<[string, () => unknown, string, string]>([
    ['no stage', () => search.staged([]), 'RANGE', 'staged.stages'],
    [
      'a stage without trials',
      () => search.staged([{ epochs: 1 } as search.Stage]),
      'TYPE',
      'staged.stages[0].trials',
    ],
    [
      'too many trials',
      () => search.staged(Array(3).fill({ epochs: 1, trials: 5e5 }) as search.Stage[]),
      'RANGE',
      'staged.stages',
    ],
    ['top 0', () => search.staged(stages, { top: 0 }), 'RANGE', 'staged.top'],
    [
      'a sampler by name',
      () => search.staged(stages, { sampler: 'sobol' as never }),
      'TYPE',
      'staged.sampler',
    ],
  ])('%s is refused', async (_, body, code, path) => {
    expect(await failure(body)).toMatchObject({ code, path });
  });
});

describe('a narrowed range', () => {
  const trialsOf = (list: readonly search.AnyValues[]): search.TrialRecord[] =>
    list.map((values, number) => ({
      number,
      state: 'complete',
      values,
      value: number,
      history: [],
    }));
  const options = { maximize: false, top: 0.5, margin: 0.25 };

  it('holds the best trials and a margin, and stays within its own', () => {
    const parameters = checkSpace('space', {
      x: search.uniform(0, 100),
      n: search.integer(0, 9),
      kind: search.choice(['a', 'b', 'c']),
      z: search.conditional(search.uniform(0, 1), { when: { kind: 'b' } }),
    });
    const trials = trialsOf([
      { x: 40, n: 9, kind: 'a' },
      { x: 60, n: 8, kind: 'b', z: 0.5 },
      { x: 50, n: 9, kind: 'a' },
      { x: 1, n: 0, kind: 'c' },
      { x: 99, n: 0, kind: 'c' },
      { x: 99, n: 0, kind: 'c' },
    ]);
    const narrow = narrowSpace(parameters, trials, options).map(({ dimension }) => dimension);
    const { low, high } = narrow[0] as search.Uniform;
    expect([low, high].map(Math.round)).toEqual([35, 65]);
    expect(narrow[1]).toMatchObject({ low: 8, high: 9 });
    expect(narrow[2]).toMatchObject({ choices: ['a', 'b'] });
    expect(narrow[3]).toMatchObject({ low: 0, high: 1 });
  });

  it('is never empty', () => {
    const parameters = checkSpace('space', { x: search.logUniform(1e-6, 1) });
    const same = trialsOf(Array<search.AnyValues>(6).fill({ x: 1 }));
    const [{ dimension } = { dimension: undefined }] = narrowSpace(parameters, same, options);
    const { low, high } = dimension as search.LogUniform;
    expect(high).toBe(1);
    expect(Math.log(high / low)).toBeCloseTo(0.025 * Math.log(1e6), 6);
  });
});

describe('a border', () => {
  /** Returns the share of studies in which x0 has one. */
  const shareOf = (best: 'atOrBeyond' | 'inside' | 'nowhere', count: number): number => {
    let found = 0;
    for (let number = 0; number < count; number++) {
      const trials = borderStudy(number, best);
      const names = Object.keys(trials[0]!.values);
      const cube = Object.fromEntries(names.map((name) => [name, search.uniform(0, 1)]));
      const [first] = findBorders(checkSpace('space', cube), trials, false);
      if (first?.parameter !== 'x0') continue;
      found++;
      if (best === 'atOrBeyond') expect(first.end).toBe(number % 2 === 1 ? 'high' : 'low');
    }
    return found / count;
  };

  it('is found where the best lies at an end or beyond, and nowhere else', () => {
    expect(shareOf('atOrBeyond', 400)).toBeGreaterThanOrEqual(0.98);
    expect(shareOf('inside', 400)).toBeLessThanOrEqual(0.02);
    expect(shareOf('nowhere', 400)).toBeLessThanOrEqual(0.01);
  });

  it('is in the warnings of a study, with its confidence', async () => {
    const study = await search.run({
      trials: 40,
      seed: 1,
      sampler: 'random',
      space: { rate: search.logUniform(1e-6, 1e-3), decay: search.logUniform(1e-6, 1) },
      objective: ({ values }) =>
        Math.abs(Math.log10(values.rate) + 2) + Math.abs(Math.log10(values.decay) + 3) / 10,
    });
    expect(study.borders).toMatchObject([{ parameter: 'rate', end: 'high', bound: 1e-3 }]);
    expect(study.borders[0]!.confidence).toBeGreaterThan(0.9999);
    expect(study.report({ columns: 400 })).toMatch(
      /warning: the best values of rate lie at the high end of its range, 0.001, or beyond \(confidence (99\.99|100\.00) %\)/,
    );
  });

  it('needs 30 trials, and looks at failed ones', () => {
    const parameters = checkSpace('space', { x: search.uniform(0, 1) });
    const random = generator(4);
    const trials = Array.from({ length: 60 }, (_, number): search.TrialRecord => {
      const x = random();
      // The best lies just below a cliff.
      const ends =
        x > 0.6 ? { state: 'failed' as const } : { state: 'complete' as const, value: -x };
      return { number, values: { x }, history: [], ...ends };
    });
    expect(findBorders(parameters, trials, false)).toEqual([]);
    const survivors = trials.filter(({ state }) => state === 'complete');
    const below = checkSpace('space', { x: search.uniform(0, 0.6) });
    expect(findBorders(below, survivors, false)).toMatchObject([{ end: 'high', bound: 0.6 }]);
    expect(findBorders(below, survivors.slice(0, 29), false)).toEqual([]);
  });
});

describe('least squares', () => {
  it('has the estimates and errors of a line', () => {
    const x = [1, 2, 3, 4];
    const { coefficients, covariance } = fitLeastSquares(
      x.map((each) => [1, each]),
      [6, 5, 7, 10],
    )!;
    expect(coefficients[0]).toBeCloseTo(3.5, 12);
    expect(coefficients[1]).toBeCloseTo(1.4, 12);
    // The residuals 1.1, −1.3, −0.7 and 0.9 have a variance of 2.1, and x one of 5 in all.
    expect(covariance[1]![1]).toBeCloseTo(2.1 / 5, 12);
  });

  it('refuses features that depend on each other, and too few targets', () => {
    const twice = [1, 2, 3, 4].map((x) => [1, x, 2 * x]);
    expect(fitLeastSquares(twice, [1, 2, 3, 5])).toBeUndefined();
    expect(fitLeastSquares([[1, 2]], [1])).toBeUndefined();
  });

  it('uses normal scores that invert the distribution', () => {
    for (const share of [1e-6, 0.01, 0.3, 0.5, 0.9, 0.9999])
      expect(Math.abs(normalBelow(normalQuantile(share)) / share - 1)).toBeLessThan(1e-6);
  });
});

/** Rules that stop trials. */
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim, search } from '../../src/index.js';
import { ReportHistory } from '../../src/search/history.js';
import { failure } from '../oracle/failure.js';

const reports = (values: readonly number[]): search.Report[] =>
  values.map((value, epoch) => ({ epoch, value }));

/** Makes a complete trial with these reported values. */
const trialOf = (values: readonly number[], number: number): search.TrialRecord => ({
  number,
  state: 'complete',
  values: {},
  value: values.at(-1)!,
  history: reports(values),
});

function judge(
  rule: search.StoppingRule,
  history: readonly number[],
  others: readonly (readonly number[])[] = [],
  maximize = false,
): string | undefined {
  const kept = new ReportHistory(maximize);
  for (const report of reports(history)) kept.add(report);
  const context = { history: kept.reports, best: kept.best!, maximize };
  return rule.judge({ ...context, others: others.map(trialOf) })?.reason;
}

describe('median', () => {
  const others = [
    [1, 5],
    [2, 6],
    [3, 7],
    [4, 8],
    [5, 9],
  ];
  it.each<[string, readonly number[], boolean, boolean]>([
    ['worse than the median', [9, 7.5], false, true],
    ['as good as the median', [9, 7], false, false],
    ['good once', [6.5, 20], false, false],
    ['NaN', [NaN, NaN], false, true],
    ['smaller where greater is better', [2, 6.5], true, true],
    ['greater where greater is better', [2, 7.5], true, false],
  ])('%s', (_, history, maximize, stops) => {
    expect(judge(search.median(), history, others, maximize) !== undefined).toBe(stops);
  });

  it('waits for enough complete trials, and for the epochs of its warm-up', () => {
    expect(judge(search.median(), [9, 99], others.slice(1))).toBeUndefined();
    expect(judge(search.median({ startup: 4 }), [9, 99], others.slice(1))).toBeDefined();
    expect(judge(search.median({ warmup: 2 }), [9, 99], others)).toBeUndefined();
    expect(judge(search.median({ warmup: 1 }), [9, 99], others)).toBeDefined();
  });
});

describe('successive halving', () => {
  const rule = search.successiveHalving({ minimum: 1, factor: 3 });
  const others = [10, 20, 30, 40, 50].map((value) => [value, value, value, value]);

  it('lets one of three go on at 1, 3, 9, … epochs', () => {
    expect(judge(rule, [15], others)).toBeUndefined();
    expect(judge(rule, [25], others)).toContain('best 2 of 6 after 1 epochs');
    expect(judge(rule, [25, 25], others)).toBeUndefined();
    expect(judge(rule, [25, 25, 25], others)).toContain('after 3 epochs');
    expect(judge(rule, [25, 25, 25, 25], others)).toBeUndefined();
  });

  it('lets the best alone go on where few have come as far', () => {
    expect(judge(rule, [1])).toBeUndefined();
    expect(judge(rule, [1], [[2]])).toBeUndefined();
    expect(judge(rule, [3], [[2]])).toBeDefined();
    expect(judge(rule, [NaN])).toBeDefined();
  });

  it('saves most epochs of a search, and keeps the best', async () => {
    const space = { x: search.uniform(0, 1) };
    const run = async (stopping: search.StoppingRule[]) =>
      search.run({
        space,
        trials: 60,
        sampler: 'random',
        seed: 2,
        stopping,
        objective: (trial) => {
          for (let epoch = 0; epoch < 27; epoch++) {
            trial.report(epoch, trial.values.x + 1 / (epoch + 1));
            trial.throwIfStopped();
          }
          return undefined;
        },
      });
    const [all, some] = [await run([]), await run([search.successiveHalving()])];
    const epochs = ({ trials }: search.Study<typeof space>): number =>
      trials.reduce((sum, { history }) => sum + history.length, 0);
    expect(epochs(some)).toBeLessThan(epochs(all) / 4);
    expect(some.best!.values.x).toBe(all.best!.values.x);
  });
});

describe('no learning', () => {
  it.each<[string, readonly number[], boolean]>([
    ['a flat loss', [2.3, 2.301, 2.299], true],
    ['a falling loss', [2.3, 2.2, 2.1], false],
    ['a loss that fell, and rose again', [2.3, 2.0, 2.3], false],
    ['before the third epoch', [2.3, 2.3], false],
    ['after the third epoch', [2.3, 2.0, 2.0, 2.3], false],
    ['NaN', [2.3, NaN, NaN], true],
  ])('%s', (_, history, stops) => {
    expect(judge(search.noLearning(), history) !== undefined).toBe(stops);
  });
});

describe('explosion', () => {
  it.each<[string, readonly number[], boolean, boolean]>([
    ['NaN', [2, NaN], false, true],
    ['infinite', [2, Infinity], true, true],
    ['eleven times the best', [5, 1, 11], false, true],
    ['nine times the best', [5, 1, 9], false, false],
    ['an accuracy that doubles', [0.05, 0.9], true, false],
    ['negative losses', [-1, -0.01], false, false],
  ])('%s', (_, history, maximize, stops) => {
    expect(judge(search.explosion(), history, [], maximize) !== undefined).toBe(stops);
  });
});

describe('patience', () => {
  it('ends a trial that no longer improves, which is complete with its best value', async () => {
    const losses = [5, 4, 3, 3.5, 3.2, 3.1, 2];
    const study = await search.run({
      space: { x: search.uniform(0, 1) },
      trials: 1,
      stopping: [search.patience({ epochs: 3 })],
      objective: (trial) => {
        for (const [epoch, loss] of losses.entries()) {
          trial.report(epoch, loss);
          if (trial.stop) return undefined;
        }
        return 0;
      },
    });
    expect(study.trials[0]).toMatchObject({ state: 'complete', value: 3 });
    expect(study.trials[0]!.history).toHaveLength(6);
    expect(study.trials[0]!.reason).toBe('no gain in 3 epochs');
  });

  it('counts small gains as none', () => {
    const rule = search.patience({ epochs: 2, minDelta: 0.5 });
    expect(judge(rule, [5, 4, 3])).toBeUndefined();
    expect(judge(rule, [5, 4.9, 4.8])).toBeDefined();
  });
});

describe('options', () => {
  it.each<[string, () => unknown, string, string]>([
    ['median', () => search.median({ startup: 0 }), 'RANGE', 'median.startup'],
    [
      'halving by 1',
      () => search.successiveHalving({ factor: 1 }),
      'RANGE',
      'successiveHalving.factor',
    ],
    ['one epoch of learning', () => search.noLearning({ epochs: 1 }), 'RANGE', 'noLearning.epochs'],
    ['explosion by 1', () => search.explosion({ factor: 1 }), 'RANGE', 'explosion.factor'],
    [
      'no patience',
      () => search.patience({ patience: 3 } as object),
      'UNKNOWN_OPTION',
      'patience.patience',
    ],
  ])('%s', async (_, body, code, path) => {
    expect(await failure(body)).toMatchObject({ code, path });
  });
});

describe('a trainer', () => {
  it('reports its epochs, and a rule ends its run', async () => {
    const inputs = Float32Array.from({ length: 200 }, (_, i) => ((i * 37) % 100) / 50 - 1);
    const labels = Int32Array.from({ length: 100 }, (_, i) =>
      Number(inputs[2 * i]! > inputs[2 * i + 1]!),
    );
    const set = data.fromArrays({ inputs, shape: [100, 2], labels });
    const study = await search.run({
      space: { learningRate: search.choice([1e-12, 0.05]) },
      sampler: 'grid',
      stopping: [search.noLearning({ epochs: 2 })],
      objective: async (trial) => {
        const optimizer = optim.adam({ learningRate: trial.values.learningRate });
        const model = nn.sequential({ input: [2] }, nn.dense(2));
        const options = {
          model,
          optimizer,
          loss: 'softmaxCrossEntropy',
          seed: trial.seed,
        } as const;
        using trainer = new Trainer(options);
        const callbacks = [trial.watch('validation.loss')];
        await trainer.fit(set, { epochs: 4, batchSize: 10, validation: set, callbacks });
        return (await trainer.evaluate(set)).loss;
      },
    });
    const [slow, fast] = [1e-12, 0.05].map((rate) =>
      study.trials.find(({ values }) => values.learningRate === rate)!,
    );
    expect(slow).toMatchObject({ state: 'pruned', reason: 'no learning in 2 epochs' });
    expect(slow!.history).toHaveLength(2);
    expect(fast).toMatchObject({ state: 'complete' });
    expect(fast!.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
    set.dispose();
  });
});

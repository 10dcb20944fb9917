/** Metrics in runs, their types, and wrong ones. */
import '../oracle/cuda.js';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type EpochRecord, Trainer, callbacks, metrics, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';
import { identity, set } from './outputs.js';

describe('in fit', () => {
  it('are measured after each epoch, where callbacks and logs find them', async () => {
    const random = generator(9);
    using trainer = new Trainer({
      model: nn.sequential({ input: [4] }, nn.dense(3)),
      loss: 'softmaxCrossEntropy',
      optimizer: optim.adam({ learningRate: 0.1 }),
    });
    const labels = Int32Array.from({ length: 60 }, () => Math.floor(random() * 3));
    using train = set([...floats(random, 240)], labels, 4);
    const stopping = callbacks.earlyStopping({ metric: 'validation.f1', patience: 2 });
    const { epochs } = await trainer.fit(train, {
      epochs: 50,
      validation: train,
      metrics: ['f1', 'confusionMatrix'],
      callbacks: [stopping],
    });
    const f1s = epochs.map(({ validation }) => validation!.metrics!['f1'] as number);
    expect(stopping.best).toBe(Math.max(...f1s));
    const { metrics: last } = await trainer.evaluate(train, { metrics: ['f1'] });
    expect(last.f1).toBe(stopping.best);
    const record = JSON.parse(JSON.stringify(epochs[0])) as EpochRecord;
    expect(record.validation).toEqual(epochs[0]!.validation);
  });

  it('a metric that a callback needs but nobody asked for ends the run before it begins', async () => {
    using trainer = identity(2, 'softmaxCrossEntropy');
    using examples = set([1, 0, 0, 1], Int32Array.of(1, 1), 2);
    for (const metric of ['validation.f1', 'validation.confusionMatrix'] as const) {
      const { code, path } = await failure(() =>
        trainer.fit(examples, {
          epochs: 1,
          validation: examples,
          metrics: ['recall', 'confusionMatrix'],
          callbacks: [callbacks.earlyStopping({ metric })],
        }),
      );
      expect([code, path]).toEqual(['MISSING', 'fit.validation']);
    }
    const { path } = await failure(() => trainer.fit(examples, { epochs: 1, metrics: ['f1'] }));
    expect(path).toBe('fit.validation');
  });
});

it('results are typed by what was asked for', async () => {
  using trainer = identity(2, 'softmaxCrossEntropy');
  using examples = set([1, 0, 0, 1], Int32Array.of(1, 0), 2);
  const some = await trainer.evaluate(examples, { metrics: ['f1', metrics.topK(2), 'perClass'] });
  expectTypeOf(some.metrics).toEqualTypeOf<{
    readonly f1: number;
    readonly top2: number;
    readonly perClass: readonly metrics.ClassScores[];
  }>();
  const averaged = await trainer.evaluate(examples, {
    metrics: [metrics.f1({ average: 'micro' }), metrics.recall()],
  });
  expectTypeOf(averaged.metrics).toEqualTypeOf<{
    readonly f1Micro: number;
    readonly recall: number;
  }>();
  const none = await trainer.evaluate(examples);
  // @ts-expect-error -- nothing was asked for
  expect(none.metrics).toBeUndefined();
});

describe('refused', () => {
  it.each([
    ['no list', 'f1', 'TYPE', 'evaluate.metrics'],
    ['a misspelt name', ['acuracy'], 'RANGE', 'evaluate.metrics[0]'],
    ['a number', [1], 'TYPE', 'evaluate.metrics[0]'],
    ['an object', [{}], 'TYPE', 'evaluate.metrics[0].kind'],
    ['one twice', ['f1', metrics.f1()], 'DUPLICATE', 'evaluate.metrics[1]'],
    ['more than all', [metrics.topK(4)], 'RANGE', 'evaluate.metrics[0]'],
    ['errors of classes', ['f1', 'mae'], 'MISMATCH', 'evaluate.metrics[1]'],
  ])('%s', async (_, asked, code, path) => {
    using trainer = identity(3, 'softmaxCrossEntropy');
    using examples = set([1, 0, 0], Int32Array.of(1), 3);
    const error = await failure(() => trainer.evaluate(examples, { metrics: asked as never }));
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it.each([
    ['classes of numbers', 'meanSquaredError', 'accuracy'],
    ['a rank of numbers', 'huber', 'rocAuc'],
    ['classes of several questions', 'sigmoidCrossEntropy', 'f1'],
  ] as const)('%s', async (_, loss, metric) => {
    using trainer = identity(2, loss);
    using examples = set([1, 0], Float32Array.of(1, 0), 2);
    const { code } = await failure(() => trainer.evaluate(examples, { metrics: [metric] }));
    expect(code).toBe('MISMATCH');
  });

  it.each([
    ['topK', () => metrics.topK(0), 'RANGE'],
    ['topK of a part', () => metrics.topK(1.5), 'TYPE'],
    ['f1', () => metrics.f1({ average: 'mean' as never }), 'RANGE'],
    ['recall', () => metrics.recall({ averages: 'macro' } as never), 'UNKNOWN_OPTION'],
  ])('%s', async (_, body, code) => {
    expect((await failure(body)).code).toBe(code);
  });
});

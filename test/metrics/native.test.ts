/**
 * Native code streams metrics during an evaluation, and they equal scikit-learn's and src/metrics.
 */
import { hasCuda } from '../oracle/cuda.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { metrics } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';
import { identity, set } from './outputs.js';

interface Sample {
  readonly scores: number[];
  readonly labels: number[];
}

interface Fixture {
  readonly sklearn: string;
  readonly classification: readonly (Sample & {
    readonly classes: number;
    readonly confusion: number[];
    readonly accuracy: number;
    readonly averages: Record<metrics.ScoreAverage, metrics.ClassificationScores>;
    readonly topK: number[];
  })[];
  readonly ranking: readonly (Sample & { value: number })[];
  readonly regression: readonly {
    readonly outputs: number;
    readonly predictions: number[];
    readonly labels: number[];
    readonly meanAbsoluteError: number;
    readonly meanSquaredError: number;
    readonly rootMeanSquaredError: number;
    readonly r2: number;
  }[];
  readonly oneVsRest: readonly (Sample & { classes: number; value: number })[];
  readonly multilabel: readonly (Sample & { columns: number; value: number })[];
}

const file = join(__dirname, '..', 'fixtures', 'sklearn-metrics.json');

const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

const devices: DeviceName[] = [
  'cpu',
  'cpu:baseline',
  'reference',
  ...(hasCuda ? (['cuda'] as const) : []),
];

describe.each(devices)(`on %s, scikit-learn ${fixture.sklearn}`, (device) => {
  it.each(fixture.classification)('classification into $classes', async (expected) => {
    const { classes, scores, labels, topK } = expected;
    using trainer = identity(classes, 'softmaxCrossEntropy', device);
    using examples = set(scores, Int32Array.from(labels), classes);
    const { metrics: found, accuracy } = await trainer.evaluate(examples, {
      batchSize: 7,
      metrics: [
        'accuracy',
        'confusionMatrix',
        'precision',
        'recall',
        'f1',
        metrics.f1({ average: 'micro' }),
        metrics.recall({ average: 'weighted' }),
        metrics.precision({ average: 'weighted' }),
        metrics.topK(1),
        metrics.topK(2),
      ],
    });
    const { macro, micro, weighted } = expected.averages;
    expect(found.confusionMatrix.flat()).toEqual(expected.confusion);
    expect(found.accuracy).toBeCloseTo(expected.accuracy, 14);
    expect(accuracy).toBe(found.accuracy);
    expect(found.precision).toBeCloseTo(macro.precision, 14);
    expect(found.recall).toBeCloseTo(macro.recall, 14);
    expect(found.f1).toBeCloseTo(macro.f1, 14);
    expect(found.f1Micro).toBeCloseTo(micro.f1, 14);
    expect(found.recallWeighted).toBeCloseTo(weighted.recall, 14);
    expect(found.precisionWeighted).toBeCloseTo(weighted.precision, 14);
    expect(found.top1).toBeCloseTo(topK[0]!, 14);
    expect(found.top2).toBeCloseTo(classes === 2 ? 1 : topK[1]!, 14);
  });

  it.each(fixture.ranking)('ROC-AUC $value', async ({ scores, labels, value }) => {
    using binary = identity(1, 'sigmoidCrossEntropy', device);
    using examples = set(scores, Float32Array.from(labels), 1);
    const one = await binary.evaluate(examples, { batchSize: 7, metrics: ['rocAuc'] });
    expect(one.metrics.rocAuc).toBeCloseTo(value, 14);
    using pairs = identity(2, 'softmaxCrossEntropy', device);
    const twice = scores.flatMap((score) => [0, score]);
    using two = set(twice, Int32Array.from(labels), 2);
    const other = await pairs.evaluate(two, { batchSize: 7, metrics: ['rocAuc'] });
    expect(other.metrics.rocAuc).toBeCloseTo(value, 14);
  });

  it.each(fixture.oneVsRest)('ROC-AUC of each of $classes against the rest', async (expected) => {
    using trainer = identity(expected.classes, 'softmaxCrossEntropy', device);
    using examples = set(expected.scores, Int32Array.from(expected.labels), expected.classes);
    const found = await trainer.evaluate(examples, { batchSize: 7, metrics: ['rocAuc'] });
    expect(found.metrics.rocAuc).toBeCloseTo(expected.value, 12);
  });

  it.each(fixture.multilabel)('ROC-AUC of $columns outputs', async (expected) => {
    using trainer = identity(expected.columns, 'sigmoidCrossEntropy', device);
    using examples = set(expected.scores, Float32Array.from(expected.labels), expected.columns);
    const found = await trainer.evaluate(examples, { batchSize: 7, metrics: ['rocAuc'] });
    expect(found.metrics.rocAuc).toBeCloseTo(expected.value, 14);
  });

  it.each(fixture.regression)('regression of $outputs, R² $r2', async (expected) => {
    const { outputs, predictions, labels } = expected;
    using trainer = identity(outputs, 'meanSquaredError', device);
    // The labels are millions and have six digits in float32.
    const digits = Math.abs(labels[0]!) > 1e5 ? 1 : 6;
    using examples = set(predictions, Float32Array.from(labels), outputs);
    const { metrics: found } = await trainer.evaluate(examples, {
      batchSize: 7,
      metrics: ['mae', 'mse', 'rmse', 'r2'],
    });
    expect(found.mae).toBeCloseTo(expected.meanAbsoluteError, digits);
    expect(found.mse).toBeCloseTo(expected.meanSquaredError, digits);
    expect(found.rmse).toBeCloseTo(expected.rootMeanSquaredError, digits);
    expect(found.r2).toBeCloseTo(expected.r2, digits);
    // The same float32 numbers give the same result, to the last bit.
    const exact = new metrics.Regression({ outputs });
    exact.add(Float32Array.from(predictions), Float32Array.from(labels));
    expect(found.mae).toBe(exact.meanAbsoluteError);
    expect(found.rmse).toBe(exact.rootMeanSquaredError);
    expect(found.r2).toBe(exact.r2);
  });
});

describe('at every batch size', () => {
  const random = generator(4);
  const batchSize = fc.integer({ min: 1, max: 99 });

  it('classification and ranking are the same to the last bit', async () => {
    const scores = Array.from({ length: 600 }, () => Math.round(random() * 8) / 8);
    const labels = Int32Array.from({ length: 100 }, () => Math.floor(random() * 6));
    using trainer = identity(6, 'softmaxCrossEntropy');
    using examples = set(scores, labels, 6);
    const asked = ['perClass', 'f1', 'rocAuc', 'confusionMatrix', metrics.topK(3)] as const;
    const whole = await trainer.evaluate(examples, { metrics: asked });
    const matrix = new metrics.ConfusionMatrix({ classes: 6 });
    matrix.add(Float32Array.from(scores), labels);
    const top = new metrics.TopK({ classes: 6, k: 3 });
    top.add(Float32Array.from(scores), labels);
    expect(whole.metrics.perClass).toEqual(matrix.perClass());
    expect(whole.metrics.top3).toBe(top.value);
    await fc.assert(
      fc.asyncProperty(batchSize, async (size) => {
        const parts = await trainer.evaluate(examples, { batchSize: size, metrics: asked });
        expect(parts.metrics).toEqual(whole.metrics);
      }),
      { numRuns: 30 },
    );
  });

  it('errors are the same to the last bit', async () => {
    using trainer = identity(3, 'huber');
    using examples = set([...floats(random, 300)], floats(random, 300), 3);
    const asked = ['mae', 'mse', 'rmse', 'r2'] as const;
    const whole = await trainer.evaluate(examples, { metrics: asked });
    await fc.assert(
      fc.asyncProperty(batchSize, async (size) => {
        const parts = await trainer.evaluate(examples, { batchSize: size, metrics: asked });
        expect(parts.metrics).toEqual(whole.metrics);
      }),
      { numRuns: 30 },
    );
  });
});

describe('odd outputs', () => {
  it('make each metric NaN if one is NaN; the matrix leaves the row out', async () => {
    using trainer = identity(3, 'softmaxCrossEntropy');
    using examples = set([1, 0, 0, 0, NaN, 0, 0, 0, 1], Int32Array.of(0, 1, 2), 3);
    const { metrics: found } = await trainer.evaluate(examples, {
      metrics: ['accuracy', 'rocAuc', metrics.topK(2), 'confusionMatrix'],
    });
    expect([found.accuracy, found.rocAuc, found.top2]).toEqual([NaN, NaN, NaN]);
    expect(found.confusionMatrix).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
  });

  it('have no area if infinities leave no order, and their rank if they do', async () => {
    const random = generator(3);
    const count = 4000;
    for (const width of [2, 3]) {
      using trainer = identity(width, 'softmaxCrossEntropy', 'cpu', 2);
      const labels = Int32Array.from({ length: count }, () => Math.floor(random() * width));
      const scores = Array.from({ length: count * width }, () => (random() < 0.2 ? 3e38 : 0));
      using examples = set(scores, labels, width);
      const { metrics: found } = await trainer.evaluate(examples, { metrics: ['rocAuc'] });
      expect(found.rocAuc).toBeNaN();
    }
    using pair = identity(2, 'softmaxCrossEntropy', 'cpu', 2);
    using ranked = set([3e38, 0, 0, 3e38, 0, 1, 0, -3e38], Int32Array.of(0, 1, 1, 0), 2);
    const two = await pair.evaluate(ranked, { metrics: ['rocAuc'] });
    expect(two.metrics.rocAuc).toBe(1);
  });

  it('have no area if they are of one class', async () => {
    using trainer = identity(2, 'softmaxCrossEntropy');
    using examples = set([1, 0, 0, 1], Int32Array.of(1, 1), 2);
    const { metrics: found } = await trainer.evaluate(examples, { metrics: ['rocAuc'] });
    expect(found.rocAuc).toBeNaN();
  });

  it('are classes from a half on if they are one sigmoid; the class of a distribution is its largest', async () => {
    using binary = identity(1, 'sigmoidCrossEntropy');
    using examples = set([-1, 0, 2, 3], Float32Array.of(0, 1, 0, 1), 1);
    const one = await binary.evaluate(examples, { metrics: ['confusionMatrix', metrics.topK(2)] });
    expect(one.metrics).toEqual({ confusionMatrix: [[1, 1], [0, 2]], top2: 1 }); // prettier-ignore
    using soft = identity(2, 'softmaxCrossEntropy');
    using distributions = set([1, 0, 0, 1], Float32Array.of(0.25, 0.75, 0.5, 0.5), 2);
    const two = await soft.evaluate(distributions, { metrics: ['confusionMatrix'] });
    expect(two.metrics.confusionMatrix).toEqual([[0, 1], [1, 0]]); // prettier-ignore
  });
});

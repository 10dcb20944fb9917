/** Metrics equal scikit-learn's and their definitions, at every batch size. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { pairwiseAuc, sortedTopK } from '../oracle/metrics.js';

interface Fixture {
  readonly sklearn: string;
  readonly classification: readonly {
    readonly classes: number;
    readonly scores: number[];
    readonly labels: number[];
    readonly confusion: number[];
    readonly accuracy: number;
    readonly averages: Record<metrics.ScoreAverage, metrics.ClassificationScores>;
    readonly perClass: Record<keyof metrics.ClassScores, number[]>;
    readonly topK: number[];
  }[];
  readonly ranking: readonly { scores: number[]; labels: number[]; value: number }[];
  readonly regression: readonly {
    readonly outputs: number;
    readonly predictions: number[];
    readonly labels: number[];
    readonly meanAbsoluteError: number;
    readonly meanSquaredError: number;
    readonly rootMeanSquaredError: number;
    readonly r2: number;
  }[];
}

const file = join(__dirname, '..', 'fixtures', 'sklearn-metrics.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

interface Accumulator {
  add(predictions: ArrayLike<number>, labels: ArrayLike<number>): void;
}

/** Hands rows over in batches of the given sizes, in turn. */
function feed<T extends Accumulator>(
  metric: T,
  predictions: readonly number[],
  labels: readonly number[],
  rows: number,
  sizes: readonly number[],
): T {
  const [p, l] = [predictions.length / rows, labels.length / rows];
  for (let from = 0, i = 0; from < rows; i++) {
    const to = Math.min(from + sizes[i % sizes.length]!, rows);
    metric.add(predictions.slice(from * p, to * p), labels.slice(from * l, to * l));
    from = to;
  }
  return metric;
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });

describe(`scikit-learn ${fixture.sklearn}`, () => {
  it.each(fixture.classification)('classification into $classes', (expected) => {
    const { classes, scores, labels } = expected;
    const matrix = new metrics.ConfusionMatrix({ classes });
    feed(matrix, scores, labels, labels.length, [7]);
    expect([...matrix.counts]).toEqual(expected.confusion);
    expect(matrix.count).toBe(labels.length);
    expect(matrix.accuracy).toBeCloseTo(expected.accuracy, 14);
    for (const average of ['macro', 'micro', 'weighted'] as const)
      for (const key of ['precision', 'recall', 'f1'] as const)
        expect(matrix.scores(average)[key]).toBeCloseTo(expected.averages[average][key], 14);
    const perClass = matrix.perClass();
    for (const key of ['precision', 'recall', 'f1', 'support'] as const)
      perClass.forEach((one, c) => expect(one[key]).toBeCloseTo(expected.perClass[key][c]!, 14));
  });

  it.each(fixture.classification)('top k of $classes', ({ classes, scores, labels, topK }) => {
    topK.forEach((value, i) => {
      const metric = feed(
        new metrics.TopK({ classes, k: i + 1 }),
        scores,
        labels,
        labels.length,
        [7],
      );
      expect(metric.value).toBeCloseTo(value, 14);
    });
  });

  it.each(fixture.ranking)('ROC-AUC $value', ({ scores, labels, value }) => {
    const metric = feed(new metrics.RocAuc(), scores, labels, labels.length, [7]);
    expect(metric.value).toBeCloseTo(value, 14);
  });

  it.each(fixture.regression)('regression of $outputs, R² $r2', (expected) => {
    const { outputs, predictions, labels } = expected;
    const metric = new metrics.Regression({ outputs });
    feed(metric, predictions, labels, labels.length / outputs, [7]);
    expect(metric.meanAbsoluteError).toBeCloseTo(expected.meanAbsoluteError, 12);
    expect(metric.meanSquaredError).toBeCloseTo(expected.meanSquaredError, 12);
    expect(metric.rootMeanSquaredError).toBeCloseTo(expected.rootMeanSquaredError, 12);
    expect(metric.r2).toBeCloseTo(expected.r2, 9);
  });
});

describe('at every batch size', () => {
  const [sample] = fixture.classification;
  const { classes, scores, labels } = sample!;
  const rows = labels.length;

  it('classification is the same', () => {
    const whole = feed(new metrics.ConfusionMatrix({ classes }), scores, labels, rows, [rows]);
    const best = feed(new metrics.TopK({ classes, k: 2 }), scores, labels, rows, [rows]);
    fc.assert(
      fc.property(sizes, (split) => {
        const parts = feed(new metrics.ConfusionMatrix({ classes }), scores, labels, rows, split);
        expect(parts.counts).toEqual(whole.counts);
        const top = feed(new metrics.TopK({ classes, k: 2 }), scores, labels, rows, split);
        expect(top.value).toBe(best.value);
      }),
    );
  });

  it('ranking and regression are the same to the last bit', () => {
    const ranked = fixture.ranking[1]!;
    const area = feed(new metrics.RocAuc(), ranked.scores, ranked.labels, 200, [200]).value;
    const { predictions, labels: targets } = fixture.regression[1]!;
    const all = (split: readonly number[]): number[] => {
      const m = feed(new metrics.Regression({ outputs: 3 }), predictions, targets, 60, split);
      return [m.meanAbsoluteError, m.meanSquaredError, m.rootMeanSquaredError, m.r2];
    };
    const whole = all([60]);
    fc.assert(
      fc.property(sizes, (split) => {
        const auc = feed(new metrics.RocAuc(), ranked.scores, ranked.labels, 200, split);
        expect(auc.value).toBe(area);
        expect(all(split)).toEqual(whole);
      }),
    );
  });
});

describe('ties and corners', () => {
  it('top k and ROC-AUC are their definitions, with ties', () => {
    const row = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 });
    const batch = fc.array(fc.tuple(row, fc.nat(3)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(batch, fc.integer({ min: 1, max: 4 }), (examples, k) => {
        const rows = examples.map(([scores]) => scores);
        const labels = examples.map(([, label]) => label);
        const top = new metrics.TopK({ classes: 4, k });
        top.add(rows.flat(), labels);
        expect(top.value).toBe(sortedTopK(rows, labels, k));
        const matrix = new metrics.ConfusionMatrix({ classes: 4 });
        matrix.add(rows.flat(), labels);
        if (k === 1) expect(top.value).toBe(matrix.accuracy);
        const [ranks, binary] = [rows.map(([score]) => score!), labels.map((label) => label % 2)];
        const auc = new metrics.RocAuc();
        auc.add(ranks, binary);
        expect(auc.value).toBe(pairwiseAuc(ranks, binary));
      }),
    );
  });

  it('ROC-AUC keeps more than its first thousand rows', () => {
    const auc = new metrics.RocAuc();
    const scores = Float64Array.from({ length: 5000 }, (_, i) => i);
    auc.add(
      scores,
      Uint8Array.from(scores, (score) => (score >= 2500 ? 1 : 0)),
    );
    expect(auc.value).toBe(1);
    expect(auc.count).toBe(5000);
    auc.add([0.5, -Infinity], [1, 0]);
    expect(auc.value).toBeCloseTo(1 - 2499 / (2501 * 2501), 14);
  });

  it('classes may be told by index, by scores or by a threshold', () => {
    const labels = [0, 1, 1, 0];
    const byIndex = new metrics.ConfusionMatrix({ classes: 2 });
    byIndex.add([0, 1, 0, 1], labels);
    const byScores = new metrics.ConfusionMatrix({ classes: 2 });
    byScores.add(Float32Array.of(2, 1, 1, 2, 3, 3, 0, 1), Int32Array.from(labels));
    const byThreshold = new metrics.ConfusionMatrix({ classes: 2, threshold: 0.5 });
    byThreshold.add([0.4, 0.5, 0.1, 0.9], labels);
    for (const matrix of [byIndex, byScores, byThreshold])
      expect([...matrix.counts]).toEqual([1, 1, 1, 1]);
  });

  it('nothing yet is NaN, and reset forgets', () => {
    const matrix = new metrics.ConfusionMatrix({ classes: 3 });
    const top = new metrics.TopK({ classes: 3 });
    const auc = new metrics.RocAuc();
    const errors = new metrics.Regression();
    const values = (): number[] => [
      matrix.accuracy,
      matrix.scores().f1,
      top.value,
      auc.value,
      errors.meanAbsoluteError,
      errors.rootMeanSquaredError,
      errors.r2,
    ];
    expect(values().every(Number.isNaN)).toBe(true);
    matrix.add([0, 1], [0, 1]);
    top.add([1, 2, 3], [0]);
    auc.add([1, 0], [1, 0]);
    errors.add([1, 2], [1, 2]);
    expect(values()).toEqual([1, 1, 1, 1, 0, 0, 1]);
    for (const metric of [matrix, top, auc, errors]) {
      expect(metric.count).toBeGreaterThan(0);
      metric.reset();
      expect(metric.count).toBe(0);
    }
    expect(values().every(Number.isNaN)).toBe(true);
  });

  it('R² of constant labels', () => {
    const met = new metrics.Regression();
    met.add([5, 5, 5], [5, 5, 5]);
    const missed = new metrics.Regression();
    missed.add([5, 5, 6], [5, 5, 5]);
    expect([met.r2, missed.r2]).toEqual([1, 0]);
  });
});

describe('refuses', () => {
  const matrix = new metrics.ConfusionMatrix({ classes: 3 });
  const binary = new metrics.ConfusionMatrix({ classes: 2, threshold: 0 });
  const top = new metrics.TopK({ classes: 3, k: 2 });
  const auc = new metrics.RocAuc();
  const errors = new metrics.Regression({ outputs: 2 });

  it.each([
    ['a label too large', () => matrix.add([0, 1], [0, 3]), 'RANGE', 'labels[1]'],
    ['half a label', () => matrix.add([0], [0.5]), 'RANGE', 'labels[0]'],
    ['a class too large', () => matrix.add([0, 3], [0, 1]), 'RANGE', 'predictions[1]'],
    ['a NaN score', () => matrix.add([0, NaN, 1], [0]), 'NONFINITE', 'predictions[1]'],
    ['too few scores', () => matrix.add([0, 1, 2, 3], [0, 1]), 'SHAPE', 'predictions'],
    ['two scores for a threshold', () => binary.add([0, 1], [0]), 'SHAPE', 'predictions'],
    ['no array', () => matrix.add(5 as never, [0]), 'TYPE', 'predictions'],
    [
      'a DataView',
      () => matrix.add(new DataView(new ArrayBuffer(8)) as never, [0]),
      'TYPE',
      'predictions',
    ],
    ['class indices for top k', () => top.add([0], [0]), 'SHAPE', 'predictions'],
    ['a third class', () => auc.add([0], [2]), 'RANGE', 'labels[0]'],
    ['a string', () => auc.add(['0'] as never, [1]), 'TYPE', 'predictions[0]'],
    ['half a row', () => errors.add([1, 2, 3], [1, 2, 3]), 'SHAPE', 'predictions'],
    ['an infinite error', () => errors.add([1, Infinity], [1, 2]), 'NONFINITE', 'predictions[1]'],
    ['a NaN target', () => errors.add([1, 1], [1, NaN]), 'NONFINITE', 'labels[1]'],
    [
      'one class',
      () => new metrics.ConfusionMatrix({ classes: 1 }),
      'RANGE',
      'confusionMatrix.classes',
    ],
    [
      'a threshold of three classes',
      () => new metrics.ConfusionMatrix({ classes: 3, threshold: 0.5 }),
      'RANGE',
      'confusionMatrix.classes',
    ],
    ['k above the classes', () => new metrics.TopK({ classes: 3, k: 4 }), 'RANGE', 'topK.k'],
    [
      'an unknown option',
      () => new metrics.TopK({ classes: 3, K: 2 } as never),
      'UNKNOWN_OPTION',
      'topK.K',
    ],
    ['an unknown average', () => matrix.scores('mean' as never), 'RANGE', 'average'],
  ])('%s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
    expect([matrix, binary, top, auc, errors].map(({ count }) => count)).toEqual([0, 0, 0, 0, 0]);
  });
});

/** Nobody calls it: each line must be an error to the compiler. */
export function refused(): void {
  // @ts-expect-error -- classes are needed
  new metrics.ConfusionMatrix({});
  // @ts-expect-error -- a number of classes, not their names
  new metrics.TopK({ classes: ['cat', 'dog'] });
  // @ts-expect-error -- no such average
  new metrics.ConfusionMatrix({ classes: 2 }).scores('samples');
  // @ts-expect-error -- labels are needed
  new metrics.RocAuc().add([1, 2]);
  // @ts-expect-error -- labels are numbers
  new metrics.RocAuc().add([1, 2], [true, false]);
  // @ts-expect-error -- a metric is read only
  new metrics.Regression().r2 = 1;
}

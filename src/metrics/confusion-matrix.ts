/** Counts actual and predicted classes, and computes scores of a classification from the counts. */
import { checkNumber, checkOneOf, requireOptions } from '../options.js';
import { checkArrayLike, checkClasses, checkRankable, checkWidth } from './check.js';

/** Options of a {@link ConfusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** The number of classes, an integer from 2 to 2^13; 2 with `threshold`. */
  readonly classes: number;
  /**
   * The least score, a finite number, that predicts class 1 where each row has one score. Default: none;
   * each row then has a class index, or one score for each class.
   */
  readonly threshold?: number;
}

/**
 * Precision, recall and their harmonic mean, in [0, 1]. TP, FP and FN are the numbers of true positives,
 * false positives and false negatives. A quotient of 0 by 0 counts as 0.
 */
export interface ClassificationScores {
  /** The share of the predictions of a class that are right: TP / (TP + FP). */
  readonly precision: number;
  /** The share of the examples of a class that are found: TP / (TP + FN). */
  readonly recall: number;
  /** The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). */
  readonly f1: number;
}

/** The scores of one class. */
export interface ClassScores extends ClassificationScores {
  /** The number of examples of the class. */
  readonly support: number;
}

/**
 * The way to combine the scores of classes. `'macro'` is their mean. `'weighted'` is their mean weighted
 * by support. `'micro'` adds the counts of all classes first, which gives the accuracy where each row
 * has one label.
 */
export type ScoreAverage = 'macro' | 'micro' | 'weighted';

const averages: readonly ScoreAverage[] = ['macro', 'micro', 'weighted'];

interface Counts {
  /** The number of right predictions of the class. */
  readonly hits: number;
  /** The number of predictions of the class. */
  readonly predicted: number;
  /** The number of examples of the class. */
  readonly actual: number;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function scoresOf({ hits, predicted, actual }: Counts): ClassificationScores {
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, actual),
    f1: ratio(2 * hits, predicted + actual),
  };
}

/** Returns the index of the largest of `width` scores; the first where several are equal. */
function largest(scores: ArrayLike<number>, offset: number, width: number): number {
  let best = 0;
  for (let i = 1; i < width; i++) if (scores[offset + i]! > scores[offset + best]!) best = i;
  return best;
}

/**
 * Counts pairs of actual and predicted classes, batch by batch. The counts are exact, and so the same at
 * every batch size. Accuracy, precision, recall and F1 are those of scikit-learn.
 *
 * @example
 * const matrix = new metrics.ConfusionMatrix({ classes: 10 });
 * matrix.add(await trainer.predict(images), labels);
 * console.log(matrix.accuracy, matrix.scores('macro').f1);
 */
export class ConfusionMatrix {
  /** The number of classes. */
  readonly classes: number;
  /** The least score that predicts class 1; undefined where rows have a class or several scores. */
  readonly threshold: number | undefined;
  #counts: Float64Array;

  /** @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION */
  constructor(options: ConfusionMatrixOptions) {
    const checked = requireOptions('confusionMatrix', options, ['classes', 'threshold']);
    const threshold = checked['threshold'];
    this.classes = checkNumber('confusionMatrix.classes', checked['classes'], {
      min: 2,
      max: threshold === undefined ? 2 ** 13 : 2,
      integer: true,
    });
    this.threshold =
      threshold === undefined ? undefined : checkNumber('confusionMatrix.threshold', threshold);
    this.#counts = new Float64Array(this.classes ** 2);
  }

  /**
   * Makes a matrix of counts, whose index is actual × classes + predicted.
   *
   * @internal
   */
  static of(classes: number, counts: Float64Array): ConfusionMatrix {
    const matrix = new ConfusionMatrix({ classes });
    matrix.#counts = counts;
    return matrix;
  }

  /**
   * Counts a batch.
   *
   * @param predictions one class index for each row; or `classes` scores for each row, where the first
   * of the largest wins; or, with `threshold`, one score for each row
   * @param labels one class index for each row
   * @throws ThalwegError TYPE, SHAPE, RANGE, NONFINITE (for a NaN score); the batch is not counted
   */
  add(predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
    checkArrayLike('predictions', predictions);
    checkClasses('labels', checkArrayLike('labels', labels), this.classes);
    const classOf = this.#reader(predictions, labels.length);
    for (let row = 0; row < labels.length; row++)
      this.#counts[labels[row]! * this.classes + classOf(row)]!++;
  }

  /** Returns a function that reads the predicted class of a row from classes or scores. */
  #reader(predictions: ArrayLike<number>, rows: number): (row: number) => number {
    const { classes, threshold } = this;
    if (threshold !== undefined) {
      checkWidth(predictions.length, rows, 1);
      checkRankable('predictions', predictions);
      return (row) => (predictions[row]! >= threshold ? 1 : 0);
    }
    if (predictions.length === rows) {
      checkClasses('predictions', predictions, classes);
      return (row) => predictions[row]!;
    }
    checkWidth(predictions.length, rows, classes);
    checkRankable('predictions', predictions);
    return (row) => largest(predictions, row * classes, classes);
  }

  /** The number of counted rows. */
  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** A copy of the counts, whose index is actual × classes + predicted. */
  get counts(): Float64Array {
    return this.#counts.slice();
  }

  /** The share of rows whose prediction is right, in [0, 1]; NaN before the first row. */
  get accuracy(): number {
    const { hits, actual } = this.#total();
    return hits / actual;
  }

  /** Returns the scores of each class. */
  perClass(): ClassScores[] {
    return this.#perClass().map((counts) => ({ ...scoresOf(counts), support: counts.actual }));
  }

  /**
   * Returns the combined scores of all classes. Classes that neither occur nor are predicted do not
   * count. Before the first row, all scores are NaN.
   *
   * @param average default `'macro'`
   * @throws ThalwegError RANGE, TYPE
   */
  scores(average: ScoreAverage = 'macro'): ClassificationScores {
    checkOneOf('average', average, averages);
    const total = this.#total();
    if (total.actual === 0) return { precision: NaN, recall: NaN, f1: NaN };
    if (average === 'micro') return scoresOf(total);
    const present = this.#perClass().filter(({ predicted, actual }) => predicted + actual > 0);
    const weights = present.map(({ actual }) => (average === 'macro' ? 1 : actual));
    const all = average === 'macro' ? present.length : total.actual;
    const scores = present.map(scoresOf);
    const mean = (key: keyof ClassificationScores): number =>
      scores.reduce((sum, score, i) => sum + weights[i]! * score[key], 0) / all;
    return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
  }

  /** Sets all counts to 0. */
  reset(): void {
    this.#counts.fill(0);
  }

  #perClass(): Counts[] {
    const { classes } = this;
    return Array.from({ length: classes }, (_, c) => {
      let [predicted, actual] = [0, 0];
      for (let other = 0; other < classes; other++) {
        predicted += this.#counts[other * classes + c]!;
        actual += this.#counts[c * classes + other]!;
      }
      return { hits: this.#counts[c * classes + c]!, predicted, actual };
    });
  }

  #total(): Counts {
    const total = { hits: 0, predicted: 0, actual: 0 };
    for (const { hits, predicted, actual } of this.#perClass()) {
      total.hits += hits;
      total.predicted += predicted;
      total.actual += actual;
    }
    return total;
  }
}

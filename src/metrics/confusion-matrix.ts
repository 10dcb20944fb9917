/** Which classes are taken for which, and the scores that follow from it. */
import { checkNumber, checkOneOf, requireOptions } from '../options.js';
import { checkArrayLike, checkClasses, checkRankable, checkWidth } from './check.js';

/** Options of a {@link ConfusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** Number of classes, an integer, at least 2. */
  readonly classes: number;
  /**
   * For two classes told apart by one score a row: class 1 from this score on. Finite. Default: the
   * class, or a score for each class, is predicted.
   */
  readonly threshold?: number;
}

/** Precision, recall and their harmonic mean. A quotient of 0 by 0 counts as 0. */
export interface ClassificationScores {
  /** TP / (TP + FP): the share of the predictions of a class that are right. */
  readonly precision: number;
  /** TP / (TP + FN): the share of a class that is found. */
  readonly recall: number;
  /** 2 TP / (2 TP + FP + FN). */
  readonly f1: number;
}

/** The scores of one class. */
export interface ClassScores extends ClassificationScores {
  /** Examples of the class. */
  readonly support: number;
}

/**
 * How the scores of classes become one: `'macro'` is their mean, `'weighted'` their mean weighted by
 * support, `'micro'` counts all classes together, which for one label a row is the accuracy.
 */
export type ScoreAverage = 'macro' | 'micro' | 'weighted';

const averages: readonly ScoreAverage[] = ['macro', 'micro', 'weighted'];

interface Counts {
  /** Right predictions of the class. */
  readonly hits: number;
  /** Predictions of the class. */
  readonly predicted: number;
  /** Examples of the class. */
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

/** Index of the first of the largest of `width` scores. */
function largest(scores: ArrayLike<number>, offset: number, width: number): number {
  let best = 0;
  for (let i = 1; i < width; i++) if (scores[offset + i]! > scores[offset + best]!) best = i;
  return best;
}

/**
 * Counts of (actual, predicted) classes, batch by batch; exact, so the same at every batch size.
 * Accuracy, precision, recall and F1 follow from it as scikit-learn defines them.
 *
 * @example
 * const matrix = new metrics.ConfusionMatrix({ classes: 10 });
 * matrix.add(await trainer.predict(images), labels);
 * console.log(matrix.accuracy, matrix.scores('macro').f1);
 */
export class ConfusionMatrix {
  /** Number of classes. */
  readonly classes: number;
  /** The least score of class 1, where rows have one score. */
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
   * From counts, [actual × classes + predicted].
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
   * @param predictions a class index a row; or `classes` scores a row, of which the first largest
   * counts; or with `threshold` one score a row
   * @param labels a class index a row
   * @throws ThalwegError TYPE, SHAPE, RANGE, NONFINITE (for a NaN score); nothing is counted then
   */
  add(predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
    checkArrayLike('predictions', predictions);
    checkClasses('labels', checkArrayLike('labels', labels), this.classes);
    const classOf = this.#reader(predictions, labels.length);
    for (let row = 0; row < labels.length; row++)
      this.#counts[labels[row]! * this.classes + classOf(row)]!++;
  }

  /** Gives the predicted class of a row, from whatever `predictions` are. */
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

  /** Rows counted. */
  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** A copy of the counts, [actual × classes + predicted]. */
  get counts(): Float64Array {
    return this.#counts.slice();
  }

  /** Share of the rows whose prediction is right; NaN before the first. */
  get accuracy(): number {
    const { hits, actual } = this.#total();
    return hits / actual;
  }

  /** The scores of each class. */
  perClass(): ClassScores[] {
    return this.#perClass().map((counts) => ({ ...scoresOf(counts), support: counts.actual }));
  }

  /**
   * The scores of all classes in one. Classes that neither occur nor are predicted are left out;
   * NaN before the first row.
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

  /** Forgets all rows. */
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

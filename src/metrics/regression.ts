/** Measures the errors of predicted numbers. */
import { checkNumber, checkOptions } from '../options.js';
import { checkArrayLike, checkFinite, checkWidth } from './check.js';

/** Options of {@link Regression}. */
export interface RegressionOptions {
  /** The number of outputs of a row, an integer, at least 1. Default 1. */
  readonly outputs?: number;
}

/** Sums over the rows of one output, with predictions ŷ and labels y. */
interface Sums {
  /** Σ |ŷ − y|. */
  absolute: number;
  /** Σ (ŷ − y)². */
  squared: number;
  /** The mean of y so far. */
  mean: number;
  /** Σ (y − ȳ)², updated with the mean (Welford 1962), which avoids cancellation at large offsets. */
  spread: number;
}

/** Returns 1 − Σ (ŷ − y)² / Σ (y − ȳ)². For constant y, it is 1 where ŷ equals y, and 0 elsewhere. */
function determination({ squared, spread }: Sums): number {
  if (spread === 0) return squared === 0 ? 1 : 0;
  return 1 - squared / spread;
}

/**
 * Measures the errors of a regression, batch by batch. It adds rows one by one in float64, so that the
 * result has the same bits at every batch size. With several outputs, each error is the mean over the
 * outputs, as in scikit-learn.
 *
 * @example
 * const errors = new metrics.Regression();
 * errors.add(await trainer.predict(inputs), targets);
 * console.log(errors.rootMeanSquaredError, errors.r2);
 */
export class Regression {
  /** The number of outputs of a row. */
  readonly outputs: number;
  #sums: Sums[];
  #count = 0;

  /** @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION */
  constructor(options: RegressionOptions = {}) {
    const checked = checkOptions('regression', options, ['outputs']);
    this.outputs = checkNumber('regression.outputs', checked['outputs'] ?? 1, {
      min: 1,
      integer: true,
    });
    this.#sums = this.#zeros();
  }

  #zeros(): Sums[] {
    return Array.from({ length: this.outputs }, () => ({
      absolute: 0,
      squared: 0,
      mean: 0,
      spread: 0,
    }));
  }

  /**
   * Adds a batch.
   *
   * @param predictions finite numbers, [rows, outputs]
   * @param labels finite numbers, [rows, outputs]
   * @throws ThalwegError TYPE, SHAPE, NONFINITE; the batch is not added
   */
  add(predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
    checkArrayLike('predictions', predictions);
    checkArrayLike('labels', labels);
    checkWidth(predictions.length, labels.length, 1);
    checkWidth(labels.length, Math.floor(labels.length / this.outputs), this.outputs);
    checkFinite('predictions', predictions);
    checkFinite('labels', labels);
    for (let i = 0; i < labels.length; i += this.outputs) {
      this.#count++;
      this.#sums.forEach((sums, output) => {
        this.#take(sums, predictions[i + output]!, labels[i + output]!);
      });
    }
  }

  #take(sums: Sums, prediction: number, label: number): void {
    const error = prediction - label;
    sums.absolute += Math.abs(error);
    sums.squared += error * error;
    const before = label - sums.mean;
    sums.mean += before / this.#count;
    sums.spread += before * (label - sums.mean);
  }

  /** The number of rows so far. */
  get count(): number {
    return this.#count;
  }

  /** The mean of |ŷ − y|, with predictions ŷ and labels y; NaN before the first row. */
  get meanAbsoluteError(): number {
    return this.#mean(({ absolute }) => absolute / this.#count);
  }

  /** The mean of (ŷ − y)²; NaN before the first row. */
  get meanSquaredError(): number {
    return this.#mean(({ squared }) => squared / this.#count);
  }

  /** The root of the mean of (ŷ − y)² of each output, averaged over outputs; NaN before the first row. */
  get rootMeanSquaredError(): number {
    return this.#mean(({ squared }) => Math.sqrt(squared / this.#count));
  }

  /**
   * The coefficient of determination R² = 1 − Σ (ŷ − y)² / Σ (y − ȳ)². 1 is perfect, and 0 is as good as
   * predicting the labels' mean. For constant labels, it is 1 where all predictions are right, and 0
   * elsewhere. NaN before the second row.
   */
  get r2(): number {
    return this.#count < 2 ? NaN : this.#mean(determination);
  }

  #mean(value: (sums: Sums) => number): number {
    return this.#sums.reduce((sum, sums) => sum + value(sums), 0) / this.outputs;
  }

  /** Removes all rows. */
  reset(): void {
    this.#sums = this.#zeros();
    this.#count = 0;
  }
}

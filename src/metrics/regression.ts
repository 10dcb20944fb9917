/** How far predicted numbers are from the true ones. */
import { checkNumber, checkOptions } from '../options.js';
import { checkArrayLike, checkFinite, checkWidth } from './check.js';

/** Options of {@link Regression}. */
export interface RegressionOptions {
  /** Numbers a row, an integer, at least 1. Default 1. */
  readonly outputs?: number;
}

/** Sums over the rows of one output. */
interface Sums {
  /** Σ |ŷ − y|. */
  absolute: number;
  /** Σ (ŷ − y)². */
  squared: number;
  /** Mean of y so far. */
  mean: number;
  /** Σ (y − ȳ)², updated with the mean (Welford 1962), so large offsets cancel nothing. */
  spread: number;
}

/** 1 − Σ (ŷ − y)² / Σ (y − ȳ)²; where y is constant, 1 if it is met exactly and 0 if not. */
function determination({ squared, spread }: Sums): number {
  if (spread === 0) return squared === 0 ? 1 : 0;
  return 1 - squared / spread;
}

/**
 * Errors of a regression, batch by batch: rows are summed one by one in float64, so the result is
 * the same to the last bit at every batch size. With several outputs each is the mean over the
 * outputs, as in scikit-learn.
 *
 * @example
 * const errors = new metrics.Regression();
 * errors.add(await trainer.predict(inputs), targets);
 * console.log(errors.rootMeanSquaredError, errors.r2);
 */
export class Regression {
  /** Numbers a row. */
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
   * Takes in a batch.
   *
   * @param predictions [rows, outputs], finite
   * @param labels as many, finite
   * @throws ThalwegError TYPE, SHAPE, NONFINITE; nothing is taken in then
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

  /** Rows taken in. */
  get count(): number {
    return this.#count;
  }

  /** Mean of |ŷ − y|; NaN before the first row. */
  get meanAbsoluteError(): number {
    return this.#mean(({ absolute }) => absolute / this.#count);
  }

  /** Mean of (ŷ − y)²; NaN before the first row. */
  get meanSquaredError(): number {
    return this.#mean(({ squared }) => squared / this.#count);
  }

  /** √ of the mean of (ŷ − y)², output by output; NaN before the first row. */
  get rootMeanSquaredError(): number {
    return this.#mean(({ squared }) => Math.sqrt(squared / this.#count));
  }

  /**
   * Coefficient of determination R² = 1 − Σ (ŷ − y)² / Σ (y − ȳ)²: 1 is perfect, 0 as good as the
   * labels' mean. NaN before the second row; for constant labels 1 if they are met exactly, else 0.
   */
  get r2(): number {
    return this.#count < 2 ? NaN : this.#mean(determination);
  }

  #mean(value: (sums: Sums) => number): number {
    return this.#sums.reduce((sum, sums) => sum + value(sums), 0) / this.outputs;
  }

  /** Forgets all rows. */
  reset(): void {
    this.#sums = this.#zeros();
    this.#count = 0;
  }
}

/** Whether the label is among the best k. */
import { checkNumber, requireOptions } from '../options.js';
import { checkArrayLike, checkClasses, checkRankable, checkWidth } from './check.js';

/** Options of {@link TopK}. */
export interface TopKOptions {
  /** Number of classes, an integer, at least 2. */
  readonly classes: number;
  /** An integer from 1 to `classes`. Default 5, or `classes` where there are fewer. */
  readonly k?: number;
}

/**
 * Share of the rows whose label is among the k largest scores. Of equal scores the lower class ranks
 * first, so k = 1 is the accuracy.
 */
export class TopK {
  /** Number of classes. */
  readonly classes: number;
  /** How many of the largest scores count. */
  readonly k: number;
  #hits = 0;
  #count = 0;

  /** @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION */
  constructor(options: TopKOptions) {
    const checked = requireOptions('topK', options, ['classes', 'k']);
    this.classes = checkNumber('topK.classes', checked['classes'], { min: 2, integer: true });
    this.k = checkNumber('topK.k', checked['k'] ?? Math.min(5, this.classes), {
      min: 1,
      max: this.classes,
      integer: true,
    });
  }

  /**
   * Counts a batch.
   *
   * @param predictions `classes` a row: probabilities, logits or whatever ranks them
   * @param labels a class index a row
   * @throws ThalwegError TYPE, SHAPE, RANGE, NONFINITE (for a NaN score); nothing is counted then
   */
  add(predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
    checkArrayLike('predictions', predictions);
    checkClasses('labels', checkArrayLike('labels', labels), this.classes);
    checkWidth(predictions.length, labels.length, this.classes);
    checkRankable('predictions', predictions);
    for (let row = 0; row < labels.length; row++)
      if (this.#rank(predictions, row * this.classes, labels[row]!) < this.k) this.#hits++;
    this.#count += labels.length;
  }

  /** Classes ahead of `label`. */
  #rank(predictions: ArrayLike<number>, offset: number, label: number): number {
    const own = predictions[offset + label]!;
    let ahead = 0;
    for (let i = 0; i < this.classes; i++) {
      const score = predictions[offset + i]!;
      if (score > own || (score === own && i < label)) ahead++;
    }
    return ahead;
  }

  /** Rows counted. */
  get count(): number {
    return this.#count;
  }

  /** The share; NaN before the first row. */
  get value(): number {
    return this.#hits / this.#count;
  }

  /** Forgets all rows. */
  reset(): void {
    this.#hits = 0;
    this.#count = 0;
  }
}

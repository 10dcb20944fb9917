/** Measures how often the label is among the k largest scores. */
import { checkNumber, requireOptions } from '../options.js';
import { checkArrayLike, checkClasses, checkRankable, checkWidth } from './check.js';

/** Options of {@link TopK}. */
export interface TopKOptions {
  /** The number of classes, an integer, at least 2. */
  readonly classes: number;
  /** The number of largest scores that count, from 1 to `classes`. Default: 5, or `classes` if smaller. */
  readonly k?: number;
}

/**
 * Measures the share of rows whose label is among the k largest scores. Among equal scores, the lower
 * class ranks first, so that k = 1 gives the accuracy.
 */
export class TopK {
  /** The number of classes. */
  readonly classes: number;
  /** The number of largest scores that count. */
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
   * @param predictions `classes` scores for each row, such as probabilities or logits
   * @param labels one class index for each row
   * @throws ThalwegError TYPE, SHAPE, RANGE, NONFINITE (for a NaN score); the batch is not counted
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

  /** Returns the number of classes that rank before `label`. */
  #rank(predictions: ArrayLike<number>, offset: number, label: number): number {
    const own = predictions[offset + label]!;
    let ahead = 0;
    for (let i = 0; i < this.classes; i++) {
      const score = predictions[offset + i]!;
      if (score > own || (score === own && i < label)) ahead++;
    }
    return ahead;
  }

  /** The number of counted rows. */
  get count(): number {
    return this.#count;
  }

  /** The share of rows, in [0, 1]; NaN before the first row. */
  get value(): number {
    return this.#hits / this.#count;
  }

  /** Removes all rows. */
  reset(): void {
    this.#hits = 0;
    this.#count = 0;
  }
}

/** Measures the area under the receiver operating characteristic. */
import { checkArrayLike, checkClasses, checkRankable, checkWidth } from './check.js';

/** A Float64Array that grows. */
class Column {
  #values = new Float64Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  sorted(): Float64Array {
    return this.#values.slice(0, this.length).sort();
  }
}

/**
 * Measures the area under the ROC curve, which is the probability that a positive example scores higher
 * than a negative one, where a tie counts half (Hanley and McNeil 1982). Over positives p and negatives
 * n, it is Σ (#{n < p} + ½ #{n = p}) / (P · N). It is exact, because it keeps every score, which takes
 * eight bytes a row.
 */
export class RocAuc {
  #positives = new Column();
  #negatives = new Column();

  /**
   * Adds a batch.
   *
   * @param predictions one score for each row, larger for the positive class
   * @param labels 0 or 1 for each row; 1 is the positive class
   * @throws ThalwegError TYPE, SHAPE, RANGE, NONFINITE (for a NaN score); the batch is not added
   */
  add(predictions: ArrayLike<number>, labels: ArrayLike<number>): void {
    checkArrayLike('predictions', predictions);
    checkClasses('labels', checkArrayLike('labels', labels), 2);
    checkWidth(predictions.length, labels.length, 1);
    checkRankable('predictions', predictions);
    for (let row = 0; row < labels.length; row++)
      (labels[row] === 1 ? this.#positives : this.#negatives).push(predictions[row]!);
  }

  /** The number of rows so far. */
  get count(): number {
    return this.#positives.length + this.#negatives.length;
  }

  /** The area, in [0, 1], computed in time n log n; NaN until both classes have occurred. */
  get value(): number {
    const positives = this.#positives.sorted();
    const negatives = this.#negatives.sorted();
    let [below, upTo, halves] = [0, 0, 0];
    for (const score of positives) {
      while (negatives[below]! < score) below++;
      while (negatives[upTo]! <= score) upTo++;
      halves += below + upTo;
    }
    return halves / 2 / (positives.length * negatives.length);
  }

  /** Removes all rows. */
  reset(): void {
    this.#positives = new Column();
    this.#negatives = new Column();
  }
}

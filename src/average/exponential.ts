/** Exponentially weighted averages of numbers as they come. */
import { ThalwegError } from '../errors.js';
import { checkBoolean, checkNumber, describe, requireOptions } from '../options.js';
import { type Decay, checkDecay, decayKeys } from './decay.js';

/** Options of an average: one view of β, and the bias correction. */
export type ExponentialOptions = Decay & {
  /** Divides by 1 − βᵗ, which makes up for the start at 0. Default true. */
  readonly biasCorrection?: boolean;
};

/** What an {@link ExponentialAverage} has seen; plain data. */
export interface ExponentialState {
  /** The sum of weighted values: the average before bias correction. */
  readonly sum: number;
  /** Values so far. */
  readonly count: number;
}

/** Refuses what is neither finite nor a number, and counts that are not whole. */
function checkState(state: unknown): ExponentialState {
  const { sum, count } = requireOptions('state', state, ['sum', 'count']);
  return {
    sum: checkNumber('state.sum', sum),
    count: checkNumber('state.count', count, { min: 0, integer: true }),
  };
}

/**
 * v ← βv + (1 − β)x from v = 0; with bias correction the value is v / (1 − βᵗ) after t values
 * (Kingma and Ba 2015, §3). Looks back over about 1 / (1 − β) values.
 *
 * @example
 * const smooth = new average.ExponentialAverage({ beta: 0.9 });
 * for (const loss of losses) console.log(smooth.push(loss));
 */
export class ExponentialAverage {
  /** What is left of a weight after one value. */
  readonly beta: number;
  /** Whether values are divided by 1 − βᵗ. */
  readonly biasCorrection: boolean;
  #sum = 0;
  #count = 0;

  /** @throws ThalwegError MISSING, DUPLICATE, RANGE, TYPE, UNKNOWN_OPTION */
  constructor(options: ExponentialOptions) {
    const checked = requireOptions('average', options, [...decayKeys, 'biasCorrection']);
    this.beta = checkDecay('average', checked);
    this.biasCorrection = checkBoolean('average.biasCorrection', checked['biasCorrection'] ?? true);
  }

  /** Values so far. */
  get count(): number {
    return this.#count;
  }

  /** The average; NaN before the first value. */
  get value(): number {
    if (this.#count === 0) return NaN;
    return this.biasCorrection ? this.#sum / this.#forgotten(this.#count) : this.#sum;
  }

  /**
   * Takes a value in and gives the new average.
   *
   * @param x finite
   * @param count how often it came in a row, as the mean of some values does; at least 1, default 1
   * @throws ThalwegError RANGE, TYPE; nothing changed then
   */
  push(x: number, count = 1): number {
    checkNumber('x', x);
    checkNumber('count', count, { min: 1, integer: true });
    this.#sum = this.beta ** count * this.#sum + this.#forgotten(count) * x;
    this.#count += count;
    return this.value;
  }

  /** What it has seen, to be put back by {@link ExponentialAverage.restore}. */
  state(): ExponentialState {
    return { sum: this.#sum, count: this.#count };
  }

  /**
   * Continues, to the last bit, from what {@link ExponentialAverage.state} gave.
   *
   * @throws ThalwegError RANGE, TYPE; nothing changed then
   */
  restore(state: ExponentialState): void {
    const { sum, count } = checkState(state);
    this.#sum = sum;
    this.#count = count;
  }

  /** 1 − β^count: the weight of `count` values, without cancellation for β near 1. */
  #forgotten(count: number): number {
    if (count === 1) return 1 - this.beta;
    return this.beta === 0 ? 1 : -Math.expm1(count * Math.log(this.beta));
  }
}

/**
 * The average after each value of an array.
 *
 * @param values finite numbers
 * @throws ThalwegError MISSING, DUPLICATE, RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * const smooth = average.exponential(temperatures, { beta: 0.9 });
 */
export function exponential(values: ArrayLike<number>, options: ExponentialOptions): Float64Array {
  const average = new ExponentialAverage(options);
  return Float64Array.from(values, (value) => average.push(value));
}

/**
 * The average after each value of a stream, as the values come.
 *
 * @param source any iterable, synchronous or not
 * @throws ThalwegError (at the first value) MISSING, DUPLICATE, RANGE, TYPE, UNKNOWN_OPTION
 */
export async function* exponentialStream(
  source: Iterable<number> | AsyncIterable<number>,
  options: ExponentialOptions,
): AsyncGenerator<number, void, undefined> {
  const average = new ExponentialAverage(options);
  const iterable = source as Partial<Iterable<number> & AsyncIterable<number>> | undefined | null;
  if (!iterable?.[Symbol.asyncIterator] && !iterable?.[Symbol.iterator])
    throw new ThalwegError({
      code: 'TYPE',
      path: 'source',
      received: describe(source),
      expected: 'an iterable of numbers',
    });
  for await (const value of source) yield average.push(value);
}

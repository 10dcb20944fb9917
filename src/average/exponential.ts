/** Exponentially weighted averages of a series of numbers, updated with each number. */
import { bytesOf } from '../arrays.js';
import {
  checkBoolean,
  checkNumber,
  requireOptions,
  typedArrayName,
  wrongType,
} from '../options.js';
import { isRevoked, propertyOf } from '../values.js';
import { type Decay, checkDecay, decayKeys } from './decay.js';

/** Options of an average: its decay, and the bias correction. */
export type ExponentialOptions = Decay & {
  /** True divides by 1 − βᵗ, which makes up for the start at 0. Default true. */
  readonly biasCorrection?: boolean;
};

/** The state of an {@link ExponentialAverage}; plain data. */
export interface ExponentialState {
  /** The sum of weighted values: the average before bias correction. */
  readonly sum: number;
  /** The number of values so far. */
  readonly count: number;
}

/** Returns the state, or throws where the sum is not finite or the count is not a whole number. */
function checkState(state: unknown): ExponentialState {
  const { sum, count } = requireOptions('state', state, ['sum', 'count']);
  return {
    sum: checkNumber('state.sum', sum),
    count: checkNumber('state.count', count, { min: 0, integer: true }),
  };
}

/**
 * Computes v ← βv + (1 − β)x from v = 0. With bias correction, the value after t numbers is
 * v / (1 − βᵗ) (Kingma and Ba 2015, §3). The average looks back over about 1 / (1 − β) numbers.
 *
 * @example
 * const smooth = new average.ExponentialAverage({ beta: 0.9 });
 * for (const loss of losses) console.log(smooth.push(loss));
 */
export class ExponentialAverage {
  /** The factor by which each new value shrinks the weights of earlier ones. */
  readonly beta: number;
  /** True where the value is divided by 1 − βᵗ. */
  readonly biasCorrection: boolean;
  #sum = 0;
  #count = 0;

  /** @throws ThalwegError MISSING, DUPLICATE, RANGE, TYPE, UNKNOWN_OPTION */
  constructor(options: ExponentialOptions) {
    const checked = requireOptions('average', options, [...decayKeys, 'biasCorrection']);
    this.beta = checkDecay('average', checked);
    this.biasCorrection = checkBoolean('average.biasCorrection', checked['biasCorrection'] ?? true);
  }

  /** The number of values so far. */
  get count(): number {
    return this.#count;
  }

  /** The average; NaN before the first value. */
  get value(): number {
    if (this.#count === 0) return NaN;
    return this.biasCorrection ? this.#sum / this.#forgotten(this.#count) : this.#sum;
  }

  /**
   * Adds a value and returns the new average.
   *
   * @param x a finite number
   * @param count an integer, at least 1: counts `x` as that many values in a row, for example where
   *   `x` is their mean. Default 1
   * @throws ThalwegError RANGE, TYPE; the average stays as it was
   */
  push(x: number, count = 1): number {
    checkNumber('x', x);
    checkNumber('count', count, { min: 1, integer: true });
    this.#sum = this.beta ** count * this.#sum + this.#forgotten(count) * x;
    this.#count += count;
    return this.value;
  }

  /** Returns the state, which {@link ExponentialAverage.restore} takes. */
  state(): ExponentialState {
    return { sum: this.#sum, count: this.#count };
  }

  /**
   * Puts back a state that {@link ExponentialAverage.state} returned. Later averages have the same
   * bits as if there had been no break.
   *
   * @throws ThalwegError RANGE, TYPE; the average stays as it was
   */
  restore(state: ExponentialState): void {
    const { sum, count } = checkState(state);
    this.#sum = sum;
    this.#count = count;
  }

  /** Returns 1 − β^count, the weight of `count` values. `expm1` avoids cancellation for β near 1. */
  #forgotten(count: number): number {
    if (count === 1) return 1 - this.beta;
    return this.beta === 0 ? 1 : -Math.expm1(count * Math.log(this.beta));
  }
}

/** Returns `values` if it has a length; throws TYPE, DETACHED or RESIZABLE. Its elements are not checked. */
function checkValues(values: unknown): ArrayLike<unknown> {
  if (ArrayBuffer.isView(values) && typedArrayName(values) !== undefined) bytesOf('values', values);
  if (Number.isSafeInteger(propertyOf(values, 'length'))) return values as ArrayLike<unknown>;
  throw wrongType('values', values, 'an array of numbers');
}

/**
 * Returns the average after each value of an array.
 *
 * @param values finite numbers
 * @throws ThalwegError MISSING, DUPLICATE, RANGE, TYPE, DETACHED, RESIZABLE, UNKNOWN_OPTION
 * @example
 * const smooth = average.exponential(temperatures, { beta: 0.9 });
 */
export function exponential(values: ArrayLike<number>, options: ExponentialOptions): Float64Array {
  const average = new ExponentialAverage(options);
  const given = checkValues(values);
  const averages: number[] = [];
  for (let at = 0; at < given.length; at++) averages.push(average.push(given[at] as number));
  return Float64Array.from(averages);
}

/**
 * Yields the average after each value of a stream.
 *
 * @param source any iterable or asynchronous iterable of finite numbers
 * @throws ThalwegError (at the first value) MISSING, DUPLICATE, RANGE, TYPE, UNKNOWN_OPTION
 */
export async function* exponentialStream(
  source: Iterable<number> | AsyncIterable<number>,
  options: ExponentialOptions,
): AsyncGenerator<number, void, undefined> {
  const average = new ExponentialAverage(options);
  const iterable = (isRevoked(source) ? undefined : source) as Partial<
    Iterable<number> & AsyncIterable<number>
  > | null;
  if (!iterable?.[Symbol.asyncIterator] && !iterable?.[Symbol.iterator])
    throw wrongType('source', source, 'an iterable of numbers');
  for await (const value of source) yield average.push(value);
}

/** The schedule of constant values, one after another. */
import { checkNumber } from '../options.js';
import { borders, checkParts, define, list, partAt, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link piecewise}. */
export interface PiecewiseOptions {
  /** Borders in `unit`s: rising integers, at least 1. */
  readonly at: readonly number[];
  /** The values, one more than the number of borders; each finite, at least 0. */
  readonly values: readonly number[];
  /** The unit of `at`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule of `values[i]`, where i is the number of borders passed. */
export interface Piecewise extends Required<PiecewiseOptions> {
  /** The kind of schedule. */
  readonly kind: 'piecewise';
}

const rates = list<number, Piecewise>((path, value) => checkNumber(path, value, rate));

/**
 * Jumps from one value to the next at each border: `values[i]` with i = |{b ∈ `at`: b ≤ t}|. The new value
 * begins at the step that the border names, as in optax. Keras's PiecewiseConstantDecay begins it one step
 * later, so add 1 to its boundaries.
 *
 * @throws ThalwegError RANGE, TYPE, MISMATCH, UNKNOWN_OPTION
 * @function
 * @example
 * schedule.piecewise({ values: [0.5, 0.9, 0.95, 0.99], at: [5, 10, 20], unit: 'epoch' });
 */
export const piecewise = define<Piecewise, PiecewiseOptions>({
  kind: 'piecewise',
  fields: {
    at: borders(),
    values: (path, value, before) => {
      const values = rates(path, value, before);
      checkParts(path, values, before.at);
      return values;
    },
    unit,
  },
  at: ({ at, values, unit }, position) => values[partAt(timeAt(position, unit), at)]!,
});

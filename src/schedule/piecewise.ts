/** Values one after another. */
import { checkNumber } from '../options.js';
import { borders, checkParts, define, list, partAt, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link piecewise}. */
export interface PiecewiseOptions {
  /** Borders in `unit`s: rising integers, at least 1. */
  readonly at: readonly number[];
  /** One value more than there are borders; each finite, at least 0. */
  readonly values: readonly number[];
  /** What `at` counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** `values[i]`, where i borders have been passed. */
export interface Piecewise extends Required<PiecewiseOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'piecewise';
}

const rates = list<number, Piecewise>((path, value) => checkNumber(path, value, rate));

/**
 * `values[i]`, i = |{b ∈ `at`: b ≤ t}|: values that jump at borders. The step that a border names is
 * the first with the new value, as in optax; in Keras's PiecewiseConstantDecay it is the last with
 * the old one, so add 1 to its boundaries.
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

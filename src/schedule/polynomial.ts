/** The schedule that falls with a power of the remaining time. */
import { blend, count, define, number, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link polynomial}. */
export interface PolynomialOptions {
  /** The first value; finite, at least 0. */
  readonly initial: number;
  /** The number of `unit`s until `final` is reached, an integer, at least 1. */
  readonly steps: number;
  /** The value from `steps` on; finite, at least 0. Default 0. */
  readonly final?: number;
  /** The exponent, greater than 0; 1 gives a straight line. Default 1. */
  readonly power?: number;
  /** The unit of `steps`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule of `final` + (`initial` − `final`) · (1 − t / `steps`)^`power`. */
export interface Polynomial extends Required<PolynomialOptions> {
  /** The kind of schedule. */
  readonly kind: 'polynomial';
}

/**
 * Falls as `final` + (`initial` − `final`) · (1 − t / `steps`)^`power`, and keeps `final` from `steps` on.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const polynomial = define<Polynomial, PolynomialOptions>({
  kind: 'polynomial',
  fields: {
    initial: number(rate),
    steps: number(count),
    final: number(rate, 0),
    power: number({ min: 0, openMin: true }, 1),
    unit,
  },
  at: ({ initial, steps, final, power, unit }, position) => {
    const left = Math.max(1 - timeAt(position, unit) / steps, 0);
    return blend(initial, final, left ** power);
  },
});

/** A power of the time that is left. */
import { blend, count, define, number, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link polynomial}. */
export interface PolynomialOptions {
  /** The first value; finite, at least 0. */
  readonly initial: number;
  /** Steps (`unit`s) until `final` is reached, an integer, at least 1. */
  readonly steps: number;
  /** The value from `steps` on; finite, at least 0. Default 0. */
  readonly final?: number;
  /** Greater than 0; 1 is a straight line. Default 1. */
  readonly power?: number;
  /** What `steps` counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** `final` + (`initial` − `final`) · (1 − t / `steps`)^`power`. */
export interface Polynomial extends Required<PolynomialOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'polynomial';
}

/**
 * `final` + (`initial` − `final`) · (1 − t / `steps`)^`power`, and `final` from `steps` on.
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

/** The same value always. */
import { define, number, rate } from './define.js';

/** `value` at every step. */
export interface Constant {
  /** Tells the schedules apart. */
  readonly kind: 'constant';
  /** Finite, at least 0. */
  readonly value: number;
}

const make = define<Constant, Omit<Constant, 'kind'>>({
  kind: 'constant',
  fields: { value: number(rate) },
  at: ({ value }) => value,
});

/**
 * `value` at every step.
 *
 * @param value finite, at least 0
 * @throws ThalwegError RANGE, TYPE
 */
export function constant(value: number): Constant {
  return make({ value });
}

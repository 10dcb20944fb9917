/** The constant schedule. */
import { define, number, rate } from './define.js';

/** A schedule with one value at every step. */
export interface Constant {
  /** The kind of schedule. */
  readonly kind: 'constant';
  /** The value; finite, at least 0. */
  readonly value: number;
}

const make = define<Constant, Omit<Constant, 'kind'>>({
  kind: 'constant',
  fields: { value: number(rate) },
  at: ({ value }) => value,
});

/**
 * Has one value at every step.
 *
 * @param value the value; finite, at least 0
 * @throws ThalwegError RANGE, TYPE
 */
export function constant(value: number): Constant {
  return make({ value });
}

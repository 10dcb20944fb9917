/** The logarithm of numbers that have a long tail. */
import { ThalwegError } from '../../errors.js';
import { object, oneOf } from '../../schema.js';
import { NumberCells } from '../cells.js';
import { type MapKind, numbersOf } from './step.js';

/** Takes log(1 + x). */
export interface Log1p {
  /** Names the transform. */
  readonly kind: 'log1p';
}

export const log1pKind: MapKind<Log1p, Log1p> = {
  fit: (description, cells, path) => {
    log1pKind.apply(description, cells, path); // refuses what it cannot take
    return description;
  },
  schema: object({ kind: oneOf('log1p') }),
  apply(_, cells, path) {
    const numbers = numbersOf(cells, path);
    const wrong = numbers.findIndex((value) => value <= -1);
    if (wrong >= 0)
      throw new ThalwegError({
        code: 'RANGE',
        path: `${path}, row ${wrong}`,
        received: String(numbers[wrong]),
        expected: 'a number above -1, whose log(1 + x) is finite',
      });
    return new NumberCells(numbers.map(Math.log1p), 'number');
  },
  invert: (_, value) => Math.expm1(value),
};

/** Takes log(1 + x) of numbers above -1, such as prices and counts. Missing values stay missing. */
export function log1p(): Log1p {
  return Object.freeze({ kind: 'log1p' });
}

/** The numbers of a column as they are: the end of a chain that has no other. */
import { ThalwegError } from '../../errors.js';
import { greatestFloat } from '../../options.js';
import { object, oneOf } from '../../schema.js';
import { type EncodeKind, missingValue, numbersOf } from './step.js';

/** Takes numbers as they are. */
export interface NumberInput {
  /** Names the transform. */
  readonly kind: 'number';
}

export const numberKind: EncodeKind<NumberInput, NumberInput> = {
  fit: (description, cells, path) => {
    numbersOf(cells, path);
    return description;
  },
  schema: object({ kind: oneOf('number') }),
  inputs: () => [''],
  encode(_, cells, path, { out, offset, stride }) {
    numbersOf(cells, path).forEach((value, row) => {
      if (Number.isNaN(value)) throw missingValue(path, row);
      if (Math.abs(value) > greatestFloat)
        throw new ThalwegError({
          code: 'RANGE',
          path: `${path}, row ${row}`,
          received: String(value),
          expected: 'a number within the range of float32',
          remedy: 'standardize() brings numbers near 0',
        });
      out[offset + row * stride] = value;
    });
  },
};

/** Takes numbers as they are; true is 1, and a date is its milliseconds since 1970. */
export function number(): NumberInput {
  return Object.freeze({ kind: 'number' });
}

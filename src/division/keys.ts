/** Keys of rows: the class or the group that each row belongs to. */
import { ThalwegError } from '../errors.js';
import { isArray, typedArrayName, wrongType } from '../options.js';

/** One key for each row: numbers or texts. Rows with equal keys belong together. */
export type RowKeys = readonly (string | number)[] | Int32Array | Uint8Array | Uint32Array;

/** Rows with numbers in place of their keys. */
export interface KeyedRows {
  /** The number of each row's key, in the order in which keys first come. */
  readonly numbers: Uint32Array;
  /** The number of rows of each key. */
  readonly counts: readonly number[];
}

const wholeNumbers = ['Int32Array', 'Uint8Array', 'Uint32Array'];

function isKeys(value: unknown): value is RowKeys {
  return isArray(value) || wholeNumbers.includes(typedArrayName(value) ?? '');
}

function checkKey(path: string, key: unknown): string | number {
  if (typeof key === 'string' || (typeof key === 'number' && !Number.isNaN(key))) return key;
  throw wrongType(path, key, 'text or a number');
}

/** Numbers the keys of `length` rows; throws TYPE or SHAPE. */
export function checkKeys(path: string, value: unknown, length: number): KeyedRows {
  if (!isKeys(value)) throw wrongType(path, value, 'one key a row: an array of texts or numbers');
  if (value.length !== length)
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `${value.length} keys`,
      expected: `${length} keys, one a row`,
    });
  const known = new Map<string | number, number>();
  const counts: number[] = [];
  const numbers = new Uint32Array(length);
  for (let row = 0; row < length; row++) {
    const key = checkKey(`${path}[${row}]`, value[row]);
    let number = known.get(key);
    if (number === undefined) {
      number = counts.push(0) - 1;
      known.set(key, number);
    }
    counts[number]!++;
    numbers[row] = number;
  }
  return { numbers, counts };
}

/** Chooses rows for training, validation and testing at random. */
import { ThalwegError } from '../errors.js';
import { native } from '../native.js';
import { checkNumber, checkOptions, describe } from '../options.js';

/** Options of `table.split`. */
export interface TableSplitOptions {
  /** The share of the rows for validation, from 0 to 1. Default 0.2. */
  readonly validation?: number;
  /** The share of the rows for testing, from 0 to 1. Default 0. */
  readonly test?: number;
  /** The seed, an integer in [0, 2^64). Default 0. */
  readonly seed?: number | bigint;
}

function checkSeed(value: unknown): bigint {
  const seed = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof seed === 'bigint' && seed >= 0n && seed < 2n ** 64n) return seed;
  throw new ThalwegError({
    code: 'SEED',
    path: 'split.seed',
    received: describe(value),
    expected: 'an integer in [0, 2^64)',
  });
}

/**
 * Returns the rows of each part in their order. Counts of rows are rounded to the nearest. The rows for
 * validation do not depend on those for testing.
 */
export function splitRows(
  length: number,
  options: unknown,
): Readonly<Record<'train' | 'validation' | 'test', Uint32Array>> {
  const given = checkOptions('split', options, ['validation', 'test', 'seed']);
  const share = { min: 0, max: 1 };
  const validation = Math.round(
    length * checkNumber('split.validation', given['validation'] ?? 0.2, share),
  );
  const test = Math.round(length * checkNumber('split.test', given['test'] ?? 0, share));
  const seed = checkSeed(given['seed'] ?? 0);
  const training = length - validation - test;
  if (training < 1)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'split',
      received: `${validation + test} of ${length} rows for validation and testing`,
      expected: 'at least one row for training',
    });
  const order = new Uint32Array(length);
  native.exactPermutation({ length, seed, epoch: 0, exact: true }, order);
  return {
    train: order.subarray(validation + test).sort(),
    validation: order.subarray(0, validation).sort(),
    test: order.subarray(validation, validation + test).sort(),
  };
}

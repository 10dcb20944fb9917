/** Shuffled orders that depend on length, seed and epoch alone. */
import { checkArray, isArrayOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { checkRoom, newBytes } from '../io/memory.js';
import { type NativeOrderOptions, native } from '../native.js';
import { checkBoolean, checkNumber, requireOptions } from '../options.js';
import { checkSeed } from '../values.js';

/** Options of an order. The same options give the same order on every machine. */
export interface OrderOptions {
  /** The number of rows, an integer from 0 to 2^53 - 1. */
  readonly length: number;
  /** An integer in [0, 2^64), as a bigint, or as a number up to 2^53 - 1. Default 0. */
  readonly seed?: bigint | number;
  /** An integer of at least 0; each epoch has an unrelated order. Default 0. */
  readonly epoch?: number;
}

/** From so many rows on, 32 bits no longer hold all indices and the padding value. */
const wideLength = 2 ** 32 - 1;

/** Returns the checked options in the form that the addon takes. */
export function checkOrder(
  path: string,
  options: Record<string, unknown>,
  exact = false,
): NativeOrderOptions {
  const { length, seed = 0n, epoch = 0 } = options;
  return {
    length: checkNumber(`${path}.length`, length, { min: 0, max: 2 ** 53 - 1, integer: true }),
    seed: checkSeed(`${path}.seed`, seed),
    epoch: checkNumber(`${path}.epoch`, epoch, { min: 0, integer: true }),
    exact,
  };
}

/**
 * Returns the row at one position of a shuffled order: `permutation({ length, seed, epoch })[position]`.
 * Above 2^16 rows it takes constant time and memory, because it evaluates an index cipher once. Up to
 * 2^16 rows it makes the whole order.
 *
 * @throws ThalwegError RANGE, TYPE, SEED, UNKNOWN_OPTION
 * @example
 * data.shuffledIndex({ length: 1e12, seed: 7n, epoch: 3, position: 999 });
 */
export function shuffledIndex(
  options: OrderOptions & {
    /** An integer from 0 to length - 1. */
    readonly position: number | bigint;
  },
): number {
  const path = 'shuffledIndex';
  const checked = requireOptions(path, options, ['length', 'seed', 'epoch', 'position']);
  const { length, seed, epoch } = checkOrder(path, checked);
  const { position: given } = checked;
  const position = checkNumber(
    `${path}.position`,
    typeof given === 'bigint' ? Number(given) : given,
    { min: 0, max: length - 1, integer: true },
  );
  return native.shuffledIndex(length, seed, epoch, position);
}

/** Options of {@link permutation}. */
export interface PermutationOptions extends OrderOptions {
  /**
   * True makes an order that is exactly uniform at any length, given ideal random bits, by a bucket
   * shuffle on all threads. False makes orders of more than 2^16 rows by an index cipher, as
   * {@link Shuffler} does by default. Default false.
   */
  readonly exact?: boolean;
  /** An array of `length` elements that is filled and returned. Default: a new array. */
  readonly out?: Uint32Array;
}

/**
 * Returns a whole order as a Uint32Array, or from 2^32 - 1 rows on as a Float64Array. The order depends
 * on `length`, `seed`, `epoch` and `exact` alone.
 *
 * @throws ThalwegError RANGE, TYPE, SEED, UNKNOWN_OPTION, SHAPE, DETACHED, RESIZABLE
 * @example
 * const order = data.permutation({ length: 60_000, seed: 7n, epoch: 1 });
 */
export function permutation(options: PermutationOptions): Uint32Array | Float64Array {
  const path = 'permutation';
  const checked = requireOptions(path, options, ['length', 'seed', 'epoch', 'exact', 'out']);
  const exact = checkBoolean(`${path}.exact`, checked['exact'] ?? false);
  const order = checkOrder(path, checked, exact);
  const out =
    checked['out'] === undefined
      ? indexArray(order.length, order.length)
      : checkArray(`${path}.out`, checked['out'], Uint32Array);
  if (out.length !== order.length)
    throw new ThalwegError({
      code: 'SHAPE',
      path: `${path}.out`,
      received: `${out.length} elements`,
      expected: `${order.length} elements, one a row`,
    });
  if (exact && isArrayOf(out, Uint32Array)) native.exactPermutation(order, out);
  else new native.Order(order).indices(0, 1, out);
  return out;
}

/** Returns an array for `count` indices up to `length`, or throws MEMORY. */
export function indexArray(length: number, count: number): Uint32Array | Float64Array {
  const isNarrow = length < wideLength;
  const bytes = count * (isNarrow ? 4 : 8);
  checkRoom(bytes, 'length', 'use data.shuffledIndex or data.Shuffler, which hold no order');
  const { buffer } = newBytes(bytes, 'length');
  return isNarrow ? new Uint32Array(buffer) : new Float64Array(buffer);
}

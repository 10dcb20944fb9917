/** Gathers rows of a data set by index; native code converts and packs them. */
import { checkArray, isArrayOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { native } from '../native.js';
import { checkOptions } from '../options.js';
import { Dataset } from './dataset.js';

/** The arrays that {@link gather} fills. */
export interface GatherTargets {
  /** An array of at least rows × features numbers. Default: a new array. */
  readonly inputs?: Float32Array;
  /**
   * An array of at least rows × labelWidth numbers: an Int32Array for class indices, a Float32Array for
   * values. Default: a new array.
   */
  readonly labels?: Int32Array | Float32Array;
}

/** Packed rows of a data set. */
export interface Batch {
  /** Features of shape [rows, features]; the data set's scale and offset have converted bytes. */
  readonly inputs: Float32Array;
  /** Class indices [rows] or values [rows, labelWidth]; undefined for a data set without labels. */
  readonly labels: Int32Array | Float32Array | undefined;
}

function room<T extends Float32Array | Int32Array>(
  path: string,
  given: unknown,
  type: { new (length: number): T; readonly name: string },
  length: number,
): T {
  if (given === undefined) return new type(length);
  const array = checkArray(path, given, type);
  if (array.length < length)
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `${array.length} elements`,
      expected: `at least ${length}`,
    });
  return array;
}

/**
 * Copies the rows at `indices` into packed arrays, on all threads. For an index equal to the data
 * set's length, which is padding, it writes zeros and the class -1.
 *
 * @param indices integers from 0 to the data set's length, such as {@link Shuffler} yields
 * @throws ThalwegError RANGE, TYPE, DTYPE, SHAPE, ALIAS, DISPOSED, DETACHED, RESIZABLE,
 * UNKNOWN_OPTION; the targets stay as they were
 * @example
 * for (const indices of shuffler) {
 *   const { inputs, labels } = data.gather(dataset, indices);
 * }
 */
export function gather(
  dataset: Dataset,
  indices: Uint32Array | Float64Array,
  targets: GatherTargets = {},
): Batch {
  const handle = Dataset.handle(dataset, 'dataset');
  const into = checkOptions('targets', targets, ['inputs', 'labels']);
  const packed = toUint32(indices);
  const { length: rows } = packed;
  const inputs = room('targets.inputs', into['inputs'], Float32Array, rows * dataset.features);
  const labels = labelRoom(dataset, into['labels'], rows);
  native.gather(handle, packed, inputs, labels, {});
  return { inputs, labels };
}

/** Converts indices to 32 bits, which suffice because a data set has fewer than 2^32 rows. */
function toUint32(indices: unknown): Uint32Array {
  if (!isArrayOf(indices, Float64Array)) return checkArray('indices', indices, Uint32Array);
  const packed = Uint32Array.from(checkArray('indices', indices, Float64Array));
  packed.forEach((index, i) => {
    if (index !== indices[i])
      throw new ThalwegError({
        code: 'RANGE',
        path: `indices[${i}]`,
        received: String(indices[i]),
        expected: 'an integer in [0, 2^32)',
      });
  });
  return packed;
}

function labelRoom(dataset: Dataset, given: unknown, rows: number): Batch['labels'] {
  const path = 'targets.labels';
  const length = rows * dataset.labelWidth;
  if (dataset.labelKind === 'sparse') return room(path, given, Int32Array, length);
  if (dataset.labelKind === 'dense') return room(path, given, Float32Array, length);
  if (given === undefined) return undefined;
  throw new ThalwegError({
    code: 'SHAPE',
    path,
    received: 'an array',
    expected: 'nothing, for a data set without labels',
  });
}

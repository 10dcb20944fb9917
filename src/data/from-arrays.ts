/** Data sets of arrays, which are copied once into native memory. */
import { checkArray, isArrayOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { native } from '../native.js';
import {
  checkNumber,
  describe,
  isArray,
  requireOptions,
  typedArrayName,
  wrongType,
} from '../options.js';
import { checkList, isList } from '../values.js';
import { Dataset } from './dataset.js';
import { type NestedNumbers, packNested } from './nested.js';

/** Options of {@link fromArrays}. */
export interface FromArraysOptions {
  /** The rows one after another. A Uint8Array stays bytes, which are converted as batches are made. */
  readonly inputs: Float32Array | Uint8Array;
  /** `[rows, ...shape of one row]`: integers of at least 1, at most 64 of them, fewer than 2^32 rows. */
  readonly shape: readonly number[];
  /**
   * One class index for each row (Int32Array or Uint8Array), or the same number of values for each row (a
   * Float32Array, or an array of rows). Default: no labels.
   */
  readonly labels?: Int32Array | Uint8Array | Float32Array | NestedNumbers;
  /** The factor of byte inputs, which become x · scale + offset in float32. Default 1. */
  readonly scale?: number;
  /** The term that is added to byte inputs after scaling. Default 0. */
  readonly offset?: number;
}

/** Options of {@link fromArrays} for nested arrays. */
export interface FromNestedOptions extends Pick<FromArraysOptions, 'labels'> {
  /** An array of rows, which become float32. A row is an array of numbers, or nested deeper. */
  readonly inputs: NestedNumbers;
  /** Another shape of the same number of elements. Default: the shape of the arrays. */
  readonly shape?: readonly number[];
}

const keys = ['inputs', 'shape', 'labels', 'scale', 'offset'];

function sizeError(path: string, received: string, expected: string): ThalwegError {
  return new ThalwegError({ code: 'SHAPE', path, received, expected });
}

function checkShape(shape: unknown): readonly number[] {
  if (!isList(shape) || shape.length === 0)
    throw wrongType('shape', shape, '[rows, ...shape of one row]');
  if (shape.length > 64)
    throw new ThalwegError({
      code: 'RANK',
      path: 'shape',
      received: `${shape.length} dimensions`,
      expected: 'at most 64',
    });
  const extents = checkList('shape', shape, '', (path, extent) => {
    if (typeof extent === 'number' && extent < 0)
      throw sizeError(path, String(extent), 'an integer of at least 0');
    return checkNumber(path, extent, { min: 0, integer: true });
  });
  const product = extents.reduce((a, b) => a * b, 1);
  if (product > Number.MAX_SAFE_INTEGER)
    throw new ThalwegError({
      code: 'OVERFLOW',
      path: 'shape',
      received: `[${extents.join(', ')}]`,
      expected: 'fewer than 2^53 elements',
    });
  return extents;
}

/** Matches typed arrays of whole numbers, whose values are probably classes. */
const wholeNumbers = /^(Big)?(Ui|I)nt\d+(Clamped)?Array$/;

/** Throws TYPE or DTYPE for labels of another type; the remedy says how to convert them. */
function refuseLabels(labels: unknown): never {
  const name = typedArrayName(labels);
  const number = name?.startsWith('Big') ? ', Number' : '';
  const classes = `Int32Array.from(labels${number}) holds one class a row`;
  const values = `Float32Array.from(labels) holds values`;
  const isWhole = name !== undefined && wholeNumbers.test(name);
  const isOther = name !== undefined && !isWhole;
  throw new ThalwegError({
    code: name === undefined ? 'TYPE' : 'DTYPE',
    path: 'labels',
    received: describe(labels),
    expected: 'an Int32Array or Uint8Array of classes, or a Float32Array of values',
    remedy: isWhole ? classes : isOther ? values : `${classes}, ${values}`,
  });
}

function labelsOf(labels: unknown, rows: number): Int32Array | Float32Array {
  if (isArrayOf(labels, Uint8Array))
    return Int32Array.from(checkArray('labels', labels, Uint8Array));
  if (isArrayOf(labels, Int32Array)) return checkArray('labels', labels, Int32Array);
  if (isArrayOf(labels, Float32Array)) return checkArray('labels', labels, Float32Array);
  if (isArray(labels) && isArray(labels[0])) {
    if (labels.length !== rows) throw sizeError('labels', `${labels.length} rows`, `${rows} rows`);
    return packNested('labels', labels).values;
  }
  refuseLabels(labels);
}

function checkLabels(
  labels: FromArraysOptions['labels'],
  rows: number,
): Int32Array | Float32Array | undefined {
  if (labels === undefined) return undefined;
  const array = labelsOf(labels, rows);
  const sparse = isArrayOf(array, Int32Array);
  const fits = sparse ? array.length === rows : array.length > 0 && array.length % rows === 0;
  if (!fits)
    throw sizeError(
      'labels',
      `${array.length} values`,
      sparse ? `${rows}, one a row` : `a multiple of the ${rows} rows`,
    );
  return array;
}

function refuseScaling(option: 'scale' | 'offset', value: unknown): never {
  throw new ThalwegError({
    code: 'UNSUPPORTED',
    path: option,
    received: `${describe(value)} with inputs in float32`,
    expected: 'no such option, except for inputs in bytes',
    remedy: 'scale the inputs before making the data set',
  });
}

/** Returns the checked inputs with their shape, which is the given one or that of nested arrays. */
function readInputs({ inputs, shape }: FromArraysOptions | FromNestedOptions): {
  readonly inputs: Float32Array | Uint8Array;
  readonly extents: readonly number[];
} {
  if (isArray(inputs) && isArray(inputs[0])) {
    const packed = packNested('inputs', inputs);
    return { inputs: packed.values, extents: checkShape(shape ?? packed.shape) };
  }
  const type = isArrayOf(inputs, Uint8Array) ? Uint8Array : Float32Array;
  const array = checkArray<Float32Array | Uint8Array>('inputs', inputs, type);
  return { inputs: array, extents: checkShape(shape) };
}

/**
 * Makes a data set from arrays, which are copied.
 *
 * @throws ThalwegError SHAPE, TYPE, DTYPE, RANK, OVERFLOW, DETACHED, RESIZABLE, MEMORY, RANGE, UNSUPPORTED
 * @example
 * const xor = data.fromArrays({
 *   inputs: [[0, 0], [0, 1], [1, 0], [1, 1]],
 *   labels: Int32Array.of(0, 1, 1, 0),
 * });
 */
export function fromArrays(options: FromArraysOptions | FromNestedOptions): Dataset {
  const { scale: givenScale, offset: givenOffset } = requireOptions('fromArrays', options, keys);
  const bytes = isArrayOf(options.inputs, Uint8Array);
  const { inputs, extents } = readInputs(options);
  const [rows = 0, ...shape] = extents;
  const features = shape.reduce((product, extent) => product * extent, 1);
  if (inputs.length !== rows * features)
    throw sizeError(
      'inputs',
      `${inputs.length} numbers`,
      `${rows * features}, for shape [${extents.join(', ')}]`,
    );
  if (rows === 0 || features === 0)
    throw sizeError('shape', `[${extents.join(', ')}]`, 'at least one row and feature');
  checkNumber('rows', rows, { max: 2 ** 32 - 1 });
  const scale = checkNumber('scale', givenScale ?? 1);
  const offset = checkNumber('offset', givenOffset ?? 0);
  if (!bytes && givenScale !== undefined) refuseScaling('scale', givenScale);
  if (!bytes && givenOffset !== undefined) refuseScaling('offset', givenOffset);
  const labels = checkLabels(options.labels, rows);
  const labelWidth = labels === undefined ? 0 : labels.length / rows;
  return new Dataset(
    shape,
    new native.Dataset({ inputs, rows, features, scale, offset, labels, labelWidth }),
  );
}

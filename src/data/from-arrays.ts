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

/** Options of {@link fromArrays}. */
export interface FromArraysOptions {
  /** The rows one after another. A Uint8Array stays bytes, which are converted as batches are made. */
  readonly inputs: Float32Array | Uint8Array;
  /** `[rows, ...shape of one row]`: integers of at least 1, at most 64 of them, fewer than 2^32 rows. */
  readonly shape: readonly number[];
  /**
   * One class index for each row (Int32Array or Uint8Array), or the same number of values for each row
   * (Float32Array). Default: no labels.
   */
  readonly labels?: Int32Array | Uint8Array | Float32Array;
  /** The factor of byte inputs, which become x · scale + offset in float32. Default 1. */
  readonly scale?: number;
  /** The term that is added to byte inputs after scaling. Default 0. */
  readonly offset?: number;
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
  const nested = isArray(labels) && isArray(labels[0]) ? '.flat()' : '';
  const number = name?.startsWith('Big') ? ', Number' : '';
  const classes = `Int32Array.from(labels${number}) holds one class a row`;
  const values = `Float32Array.from(labels${nested}) holds values`;
  const isWhole = name !== undefined && wholeNumbers.test(name);
  const isOther = nested !== '' || (name !== undefined && !isWhole);
  throw new ThalwegError({
    code: name === undefined ? 'TYPE' : 'DTYPE',
    path: 'labels',
    received: describe(labels),
    expected: 'an Int32Array or Uint8Array of classes, or a Float32Array of values',
    remedy: isWhole ? classes : isOther ? values : `${classes}, ${values}`,
  });
}

function labelsOf(labels: unknown): Int32Array | Float32Array {
  if (isArrayOf(labels, Uint8Array))
    return Int32Array.from(checkArray('labels', labels, Uint8Array));
  if (isArrayOf(labels, Int32Array)) return checkArray('labels', labels, Int32Array);
  if (isArrayOf(labels, Float32Array)) return checkArray('labels', labels, Float32Array);
  refuseLabels(labels);
}

function checkLabels(
  labels: FromArraysOptions['labels'],
  rows: number,
): Int32Array | Float32Array | undefined {
  if (labels === undefined) return undefined;
  const array = labelsOf(labels);
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

/**
 * Makes a data set from arrays, which are copied.
 *
 * @throws ThalwegError SHAPE, TYPE, DTYPE, RANK, OVERFLOW, DETACHED, RESIZABLE, MEMORY, RANGE, UNSUPPORTED
 * @example
 * const xor = data.fromArrays({
 *   inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
 *   shape: [4, 2],
 *   labels: Int32Array.of(0, 1, 1, 0),
 * });
 */
export function fromArrays(options: FromArraysOptions): Dataset {
  requireOptions('fromArrays', options, keys);
  const bytes = isArrayOf(options.inputs, Uint8Array);
  const inputs = checkArray<Float32Array | Uint8Array>(
    'inputs',
    options.inputs,
    bytes ? Uint8Array : Float32Array,
  );
  const extents = checkShape(options.shape);
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
  const scale = checkNumber('scale', options.scale ?? 1);
  const offset = checkNumber('offset', options.offset ?? 0);
  if (!bytes)
    for (const option of ['scale', 'offset'] as const)
      if (options[option] !== undefined) refuseScaling(option, options[option]);
  const labels = checkLabels(options.labels, rows);
  const labelWidth = labels === undefined ? 0 : labels.length / rows;
  const labelKind =
    labels === undefined ? 'none' : isArrayOf(labels, Int32Array) ? 'sparse' : 'dense';
  return new Dataset(
    { length: rows, shape, labelKind, labelWidth },
    new native.Dataset({ inputs, rows, features, scale, offset, labels, labelWidth }),
  );
}

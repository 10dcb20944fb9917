/** Turns what a caller gives a predictor into packed rows of float32. */
import { checkArray, isArrayOf } from '../arrays.js';
import { fromArrays } from '../data/from-arrays.js';
import { gather } from '../data/gather.js';
import { ThalwegError } from '../errors.js';
import { elements } from '../nn/layer.js';
import { wrongType } from '../options.js';
import { isList } from '../values.js';

/** Numbers in nested arrays, such as one list for each row. */
export type NestedNumbers = readonly (number | NestedNumbers)[];

/**
 * Rows of inputs: packed numbers or bytes, one row after another, or nested arrays of numbers such as one
 * list for each row. Bytes x become x · scale + offset.
 */
export type PredictorInputs = Float32Array | Uint8Array | NestedNumbers;

/** The most numbers of nested arrays, which take far more memory than packed ones. */
const mostNested = 2 ** 28;
/** Arrays of more dimensions are refused, among them those that contain themselves. */
const deepest = 64;

function refuse(code: 'SHAPE' | 'RANK' | 'OVERFLOW', received: string, expected: string): never {
  throw new ThalwegError({ code, path: 'inputs', received, expected });
}

/** Returns the extents of nested arrays, as the first item of each level has them. */
function extentsOf(value: unknown): readonly number[] {
  const extents: number[] = [];
  for (let at = value; isList(at); at = at[0]) {
    if (extents.length === deepest)
      refuse('RANK', `more than ${deepest} dimensions`, `at most ${deepest}`);
    extents.push(at.length);
  }
  return extents;
}

/** Packs nested arrays, all of which must have the extents of the first ones. */
function pack(value: unknown, extents: readonly number[]): Float32Array {
  const length = extents.reduce((product, extent) => product * extent, 1);
  if (length > mostNested)
    refuse('OVERFLOW', `${length} numbers`, `at most ${mostNested} in nested arrays`);
  const packed = new Float32Array(length);
  let next = 0;
  const fill = (each: unknown, depth: number, path: string): void => {
    if (depth === extents.length) {
      if (typeof each !== 'number') throw wrongType(path, each, 'a number');
      packed[next++] = each;
      return;
    }
    if (!isList(each)) throw wrongType(path, each, `a list of ${extents[depth]}`);
    if (each.length !== extents[depth])
      throw new ThalwegError({
        code: 'SHAPE',
        path,
        received: `a list of ${each.length}`,
        expected: `a list of ${extents[depth]}, as the first one`,
      });
    for (let i = 0; i < each.length; i++) fill(each[i], depth + 1, `${path}[${i}]`);
  };
  fill(value, 0, 'inputs');
  return packed;
}

/** Throws SHAPE unless so many numbers are whole rows, at least one. */
function checkRows(length: number, features: number): void {
  if (length > 0 && length % features === 0) return;
  refuse('SHAPE', `${length} numbers`, `rows of the model's ${features} inputs, at least one`);
}

/** The scaling of bytes. */
export interface ByteScaling {
  /** The factor of bytes. Default 1. */
  readonly scale?: number;
  /** The term that is added after scaling. Default 0. */
  readonly offset?: number;
}

/** Returns the number of each byte, with the bits that a data set of bytes gives it in training. */
export function byteTable({ scale = 1, offset = 0 }: ByteScaling): Float32Array {
  const inputs = Uint8Array.from({ length: 256 }, (_, i) => i);
  using bytes = fromArrays({ inputs, shape: [256, 1], scale, offset });
  return gather(bytes, Uint32Array.from(inputs)).inputs;
}

/**
 * Returns a copy of the rows as packed float32.
 *
 * @param shape the shape of one row
 * @param bytes the number of each byte
 * @throws ThalwegError TYPE, DTYPE, SHAPE, RANK, OVERFLOW, DETACHED, RESIZABLE
 */
export function toRows(
  inputs: unknown,
  shape: readonly number[],
  bytes: Float32Array,
): Float32Array {
  const features = elements(shape);
  if (isArrayOf(inputs, Uint8Array)) {
    const given = checkArray('inputs', inputs, Uint8Array);
    checkRows(given.length, features);
    return Float32Array.from(given, (byte) => bytes[byte]!);
  }
  if (!isList(inputs)) {
    const given = checkArray('inputs', inputs, Float32Array);
    checkRows(given.length, features);
    return given.slice();
  }
  const extents = extentsOf(inputs);
  const whole = extents.reduce((product, extent) => product * extent, 1);
  // One list for each row, or the only row itself; a flat list holds rows one after another.
  const isOnlyRow = extents.join() === shape.join();
  if (extents.length > 1 && !isOnlyRow && whole / extents[0]! !== features)
    refuse('SHAPE', `lists of [${extents.join(', ')}]`, `rows of ${features} numbers`);
  checkRows(whole, features);
  return pack(inputs, extents);
}

/** Returns a row that native code reads at once: the given array itself where it is packed float32. */
export function toRow(
  inputs: unknown,
  shape: readonly number[],
  bytes: Float32Array,
): Float32Array {
  const features = elements(shape);
  const row =
    isArrayOf(inputs, Float32Array) && inputs.length === features
      ? checkArray('inputs', inputs, Float32Array)
      : toRows(inputs, shape, bytes);
  if (row.length === features) return row;
  throw new ThalwegError({
    code: 'SHAPE',
    path: 'inputs',
    received: `${row.length / features} rows`,
    expected: 'one row',
    remedy: 'await predict, probabilities or classify, which take any number of rows',
  });
}

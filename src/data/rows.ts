/** Checks of lists of rows, and of data sets whose rows should be alike. */
import { checkArray, isArrayOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import type { NativeDataset } from '../native.js';
import { checkNumber, isArray } from '../options.js';
import { checkList } from '../values.js';

/** Makes the error of a view that would have no rows. */
export function noRows(path: string): ThalwegError {
  return new ThalwegError({
    code: 'RANGE',
    path,
    received: 'no row',
    expected: 'at least one row, because a data set cannot be empty',
  });
}

/** Returns the rows, all below `length`; throws TYPE, DTYPE or RANGE. */
export function checkRows(path: string, value: unknown, length: number): Uint32Array {
  const range = { min: 0, max: length - 1, integer: true };
  const rows =
    isArrayOf(value, Uint32Array) || !isArray(value)
      ? checkArray(path, value, Uint32Array)
      : Uint32Array.from(
          checkList(path, value, 'row numbers', (at, row) => checkNumber(at, row, range)),
        );
  if (rows.length === 0) throw noRows(path);
  rows.forEach((row, i) => {
    if (row >= length) checkNumber(`${path}[${i}]`, row, range);
  });
  return rows;
}

/** The facts that alike rows share. */
interface RowFacts {
  readonly shape: readonly number[];
  readonly labelKind: string;
  readonly labelWidth: number;
  readonly weighted: boolean;
}

function describeRows({ shape, labelKind, labelWidth, weighted }: RowFacts): string {
  const labels = { none: 'no labels', sparse: 'class indices' }[labelKind];
  return `rows of [${shape.join(', ')}] with ${labels ?? `${labelWidth} values as labels`}${weighted ? ' and weights' : ''}`;
}

/** Throws SHAPE where the rows differ in shape or labels. Native code compares types and scales. */
export function checkSameRows(path: string, rows: RowFacts, as: RowFacts): void {
  const [received, expected] = [describeRows(rows), describeRows(as)];
  if (received !== expected) throw new ThalwegError({ code: 'SHAPE', path, received, expected });
}

/** Returns the class of each row; throws SHAPE for a data set without class indices. */
export function classesOf(handle: NativeDataset, path = 'labels'): Int32Array {
  const { rows, labelKind } = handle.info();
  if (labelKind !== 'sparse')
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: 'a data set without class indices',
      expected: 'one class a row (Int32Array or Uint8Array)',
      remedy: 'pass one key or weight a row instead',
    });
  const classes = new Int32Array(rows);
  handle.classes(classes);
  return classes;
}

/** The contract of a transform: how it is fitted, kept in a file, and applied to the values of a column. */
import { ThalwegError } from '../../errors.js';
import { shorten, wrongType } from '../../options.js';
import type { Schema } from '../../schema.js';
import type { Cells } from '../cells.js';

/** A transform as it is described, or as it is fitted. */
export interface Kinded {
  readonly kind: string;
}

/** A transform that changes the values of a column, and leaves one for each row. */
export interface MapKind<D extends Kinded, F extends Kinded> {
  /** Finds what the transform needs from the training rows. */
  fit(description: D, cells: Cells, path: string): F;
  /** Parses what `fit` has returned from a file. */
  readonly schema: Schema<F>;
  apply(fitted: F, cells: Cells, path: string): Cells;
  /** Turns an output of a network back. A transform without it cannot serve a target. */
  invert?(fitted: F, value: number): number;
}

/** The place of one column's inputs in the rows of all. */
export interface Inputs {
  readonly out: Float32Array;
  /** The first input of row 0. */
  readonly offset: number;
  /** The inputs of one row. */
  readonly stride: number;
}

/** A transform that makes the inputs of a network; it ends a chain. */
export interface EncodeKind<D extends Kinded, F extends Kinded> {
  fit(description: D, cells: Cells, path: string): F;
  readonly schema: Schema<F>;
  /** Names the inputs, such as `=USA`, which follow the name of the column. */
  inputs(fitted: F): readonly string[];
  encode(fitted: F, cells: Cells, path: string, inputs: Inputs): void;
}

/** Returns the values as numbers; throws TYPE for texts, and NONFINITE for infinite ones. */
export function numbersOf(cells: Cells, path: string): Float64Array<ArrayBuffer> {
  const numbers = cells.numbers();
  if (numbers === undefined) {
    // A column without values may have any kind.
    if (cells.countMissing() === cells.length) return new Float64Array(cells.length).fill(NaN);
    const row = Array.from({ length: cells.length }, (_, i) => i).find((i) => !cells.isMissing(i));
    throw wrongType(
      `${path}, row ${row!}`,
      cells.at(row!),
      'a number',
      "oneHot() takes texts; or read the column as { kinds: { …: 'number' } }",
    );
  }
  const infinite = numbers.findIndex((value) => Math.abs(value) === Infinity);
  if (infinite >= 0)
    throw new ThalwegError({
      code: 'NONFINITE',
      path: `${path}, row ${infinite}`,
      received: String(numbers[infinite]),
      expected: 'a finite number',
    });
  return numbers;
}

/** Returns the numbers that are there. */
export function presentNumbers(cells: Cells, path: string): Float64Array {
  const present = numbersOf(cells, path).filter((value) => !Number.isNaN(value));
  if (present.length === 0) throw noValues(path);
  return present;
}

/** Makes the error of a column without a value to fit by. */
export function noValues(path: string): ThalwegError {
  return new ThalwegError({
    code: 'RANGE',
    path,
    received: 'no value',
    expected: 'a column with at least one value in the training rows',
  });
}

/** Makes the error of a missing value. */
export function missingValue(path: string, row: number): ThalwegError {
  return new ThalwegError({
    code: 'MISSING',
    path: `${path}, row ${row}`,
    received: 'a missing value',
    expected: 'a value',
    remedy: "put transform.impute('median') first in the list, or leave such rows out",
  });
}

/** Makes the error of a value that no training row has. */
export function unseenValue(path: string, row: number, value: string): ThalwegError {
  return new ThalwegError({
    code: 'RANGE',
    path: `${path}, row ${row}`,
    received: JSON.stringify(shorten(value)),
    expected: 'a value that the training rows have',
    remedy: "oneHot({ unknown: 'zeros' }) takes others",
  });
}

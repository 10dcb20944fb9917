/** The column that a network learns, fitted by training rows. */
import { ThalwegError } from '../errors.js';
import { shorten } from '../options.js';
import { type Schema, object, oneOf, text } from '../schema.js';
import { propertyOf } from '../values.js';
import { type Cells, type ValueType, valueTypes } from '../table/cells.js';
import { cellsOfType, valueTypeOf } from '../table/cell-types.js';
import { type FittedTransform, applyMaps, fitMaps, fittedTargetSteps } from '../table/chain.js';
import { Column } from '../table/column.js';
import type { Table } from '../table/table.js';
import { categoriesOf, differentTexts, placesOf } from '../table/transforms/categories.js';
import { missingValue, noValues, numbersOf, presentNumbers } from '../table/transforms/step.js';
import type { Target } from './target.js';

/** A target of classes. */
export interface FittedClasses {
  /** The name of the column. */
  readonly column: string;
  /** Tells classes from values. */
  readonly kind: 'classes';
  /** The type of the values in training rows, which new rows must have too. */
  readonly valueType: ValueType;
  /** The names of the classes by their numbers. */
  readonly classNames: readonly string[];
}

/** A target of values. */
export interface FittedValues {
  /** The name of the column. */
  readonly column: string;
  /** Tells values from classes. */
  readonly kind: 'values';
  /** The type of the values in training rows, which new rows must have too. */
  readonly valueType: ValueType;
  /** The fitted transforms of the values. */
  readonly steps: readonly FittedTransform[];
}

/** A target that training rows have fitted. */
export type FittedTarget = FittedClasses | FittedValues;

/** Fits a target by training rows. */
export function fitTarget({ column, as, transforms }: Target, table: Table): FittedTarget {
  const found = table.column(column);
  const cells = Column.cells(found, 'target');
  const isNumber = found.kind === 'number' || found.kind === 'integer';
  const path = `target.${shorten(column)}`;
  const valueType = valueTypeOf(cells);
  if ((as ?? (isNumber ? 'values' : 'classes')) === 'classes') {
    if (transforms.length > 0) throw refuseTransforms(path, found.kind);
    const classNames = categoriesOf(cells);
    if (classNames.length === 0) throw noValues(path);
    return { column, kind: 'classes', valueType, classNames };
  }
  const { fitted } = fitMaps(transforms, cells, path);
  presentNumbers(cells, path);
  return { column, kind: 'values', valueType, steps: fitted };
}

function refuseTransforms(path: string, kind: string): ThalwegError {
  return new ThalwegError({
    code: 'TYPE',
    path,
    received: `transforms of a column of the kind ${kind}`,
    expected: 'a column of numbers',
    remedy: "leave the transforms out; or read the column as { kinds: { …: 'number' } }",
  });
}

/** Returns one class or one value for each row. */
export function targetLabels(target: FittedTarget, given: Cells): Int32Array | Float32Array {
  const path = `target.${shorten(target.column)}`;
  const cells = cellsOfType(given, target.valueType, path);
  if (target.kind === 'values') {
    const values = numbersOf(applyMaps(target.steps, cells, path), path);
    const missing = values.findIndex(Number.isNaN);
    if (missing >= 0) throw missingTarget(path, missing);
    return Float32Array.from(values);
  }
  const texts = cells.texts();
  const places = placesOf(texts, target.classNames);
  const wrong = places.findIndex((place) => place < 0);
  if (wrong < 0) return places;
  if (places[wrong] === -1) throw missingTarget(path, wrong);
  throw new ThalwegError({
    code: 'RANGE',
    path: `${path}, row ${wrong}`,
    received: JSON.stringify(shorten(String(texts.at(wrong)))),
    expected: 'a class that the training rows have',
  });
}

function missingTarget(path: string, row: number): ThalwegError {
  const { received, expected } = missingValue(path, row);
  return new ThalwegError({
    code: 'MISSING',
    path: `${path}, row ${row}`,
    received,
    expected,
    remedy: 'leave rows without it out: table.filter((row) => row[…] !== null)',
  });
}

const valueType = oneOf(...valueTypes);
const classes = object({
  column: text(),
  kind: oneOf('classes'),
  valueType,
  classNames: differentTexts,
});
const values = object({
  column: text(),
  kind: oneOf('values'),
  valueType,
  steps: fittedTargetSteps,
});

/** Accepts a fitted target from a file. */
export const fittedTarget: Schema<FittedTarget> = (value) =>
  propertyOf(value, 'kind') === 'classes' ? classes(value) : values(value);

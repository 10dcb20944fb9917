/** Fills missing values in. */
import { ThalwegError } from '../../errors.js';
import { checkNumber, checkOneOf, wrongType } from '../../options.js';
import { number, object, oneOf, text } from '../../schema.js';
import { type Cells, type ColumnKind, NumberCells, TextCells, missingCode } from '../cells.js';
import { quantile } from './scale.js';
import { type MapKind, noValues, numbersOf, presentNumbers } from './step.js';

const ways = ['mean', 'median', 'mostFrequent'] as const;

/** The way to find the value that takes the place of missing ones, or the value itself. */
export type ImputeBy = 'mean' | 'median' | 'mostFrequent' | ImputeValue;

/** A value that takes the place of missing ones. */
export interface ImputeValue {
  /** A number for a column of numbers, and a text for others. */
  readonly value: number | string;
}

/** Fills missing values in by a number or text, or by one that the training rows give. */
export interface Impute {
  /** Names the transform. */
  readonly kind: 'impute';
  /** The way to find the value, or the value itself. */
  readonly by: ImputeBy;
}

/** The value that takes the place of missing ones. */
interface FittedImpute {
  readonly kind: 'impute';
  readonly value: number | string;
}

const anyNumber = number({});
const anyText = text();

/** Returns the most frequent value: the least of several. */
function mostFrequent(cells: Cells, path: string): number | string {
  const numbers = cells.numbers();
  const counts = new Map<number | string, number>();
  const add = (value: number | string): unknown => counts.set(value, (counts.get(value) ?? 0) + 1);
  if (numbers === undefined)
    for (let row = 0; row < cells.length; row++) {
      if (!cells.isMissing(row)) add(String(cells.at(row)));
    }
  else presentNumbers(cells, path).forEach(add);
  const [first] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (first === undefined) throw noValues(path);
  return first[0];
}

function meanOf(values: Float64Array): number {
  let mean = 0;
  values.forEach((value, i) => (mean += (value - mean) / (i + 1)));
  return mean;
}

function fill(by: ImputeBy, cells: Cells, path: string): number | string {
  if (typeof by === 'object') return by.value;
  if (by === 'mostFrequent') return mostFrequent(cells, path);
  const kind = cells instanceof NumberCells ? cells.kind : 'text';
  if (kind === 'boolean')
    throw new ThalwegError({
      code: 'TYPE',
      path,
      received: `the ${by} of true and false`,
      expected: 'a column of numbers or dates',
      remedy: "impute('mostFrequent') takes true and false",
    });
  const values = presentNumbers(cells, path);
  const middle = by === 'median' ? quantile(values.sort(), 0.5) : meanOf(values);
  return kind === 'date' ? Math.round(middle) : middle;
}

/** A date has whole milliseconds, and is at most 10^8 days away from 1970. */
const latestDate = 8.64e15;

/** Returns the kind of a column that the value is filled into: with another value it is one of numbers. */
function kindWith(value: number, kind: NumberCells['kind']): NumberCells['kind'] {
  const isValid: Readonly<Partial<Record<ColumnKind, boolean>>> = {
    boolean: value === 0 || value === 1,
    date: Number.isInteger(value) && Math.abs(value) <= latestDate,
    integer: Number.isSafeInteger(value),
  };
  return isValid[kind] === true ? kind : 'number';
}

/** Fills a text in, which gets a place of its own among the others. */
function fillTexts(cells: TextCells, value: string): TextCells {
  const known = cells.dictionary.indexOf(value);
  const code = known < 0 ? cells.dictionary.length : known;
  const codes = cells.codes.map((each) => (each === missingCode ? code : each));
  return new TextCells(codes, known < 0 ? [...cells.dictionary, value] : cells.dictionary);
}

export const imputeKind: MapKind<Impute, FittedImpute> = {
  fit: ({ by }, cells, path) => ({ kind: 'impute', value: fill(by, cells, path) }),
  schema: object({
    kind: oneOf('impute'),
    value: (value) => (typeof value === 'string' ? anyText(value) : anyNumber(value)),
  }),
  apply({ value }, cells, path) {
    if (typeof value === 'string') return fillTexts(cells.texts(), value);
    const numbers = numbersOf(cells, path);
    return new NumberCells(
      numbers.map((each) => (Number.isNaN(each) ? value : each)),
      cells instanceof NumberCells ? kindWith(value, cells.kind) : 'number',
    );
  },
};

/**
 * Fills missing values in: by the `mean` or `median` of the training rows, by their `mostFrequent` value (the
 * least of several), or by a value that you give. It comes first in a list of transforms.
 *
 * @throws ThalwegError RANGE, TYPE
 * @example
 * const { impute, standardize } = data.transform;
 * const features = data.features({ power: [impute('median'), standardize()] });
 */
export function impute(by: ImputeBy): Impute {
  if (typeof by !== 'object' || by === null)
    return Object.freeze({ kind: 'impute', by: checkOneOf('impute', by, ways) });
  const { value } = by;
  if (typeof value === 'string')
    return Object.freeze({ kind: 'impute', by: Object.freeze({ value }) });
  if (typeof value !== 'number') throw wrongType('impute.value', value, 'a number or text');
  checkNumber('impute.value', value);
  return Object.freeze({ kind: 'impute', by: Object.freeze({ value }) });
}

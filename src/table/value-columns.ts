/** Makes columns of values of JavaScript: numbers, texts, true and false, dates, null. */
import { checkText, shorten, wrongType } from '../options.js';
import { type ColumnKind, NumberCells, TextCells, type ValueType, missingCode } from './cells.js';
import { Column } from './column.js';
import { parseDate } from './dates.js';
import { columnOfKind, inferColumn, numberColumn } from './kinds.js';
import { checkNames } from './names.js';

function typeOf(value: unknown): ValueType | undefined {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'text';
  return Object.prototype.toString.call(value) === '[object Date]' ? 'date' : undefined;
}

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value));

/** Finds the type of a column's values, which must all have the same. */
function commonType(
  values: readonly unknown[],
  path: (row: number) => string,
): ValueType | undefined {
  let common: ValueType | undefined;
  values.forEach((value, row) => {
    if (isMissing(value)) return;
    const type = typeOf(value);
    if (type === undefined)
      throw wrongType(path(row), value, 'a number, text, boolean, date or null');
    common ??= type;
    if (type !== common) throw wrongType(path(row), value, `a ${common}, as in the rows before`);
  });
  return common;
}

function textCells(values: readonly unknown[]): TextCells {
  const codes = new Map<string, number>();
  const rows = Uint32Array.from(values, (value) => {
    if (isMissing(value)) return missingCode;
    const text = String(value);
    const code = codes.get(text) ?? codes.size;
    codes.set(text, code);
    return code;
  });
  return new TextCells(rows, [...codes.keys()]);
}

function numbersOf(values: readonly unknown[]): Float64Array<ArrayBuffer> {
  return Float64Array.from(values, (value) => (isMissing(value) ? NaN : Number(value)));
}

/** Makes the column of a kind that the caller chose. */
export function chosenColumn(
  name: string,
  kind: ColumnKind,
  values: readonly unknown[],
  path: (row: number) => string,
): Column {
  const type = commonType(values, path);
  if (kind === 'category' || kind === 'text') return new Column(name, kind, textCells(values));
  if (kind === 'date' && type === 'text')
    return columnOfKind(name, kind, textCells(values), () => {
      const row = values.findIndex((value) => Number.isNaN(parseDate(String(value))));
      throw wrongType(path(row), values[row], 'a date such as 2026-11-29');
    });
  const needed = kind === 'integer' ? 'number' : kind;
  const row = values.findIndex((value) => !isMissing(value));
  if (type !== undefined && type !== needed) throw wrongType(path(row), values[row], `a ${needed}`);
  const numbers = numbersOf(values);
  const wrong = numbers.findIndex((each) => !Number.isNaN(each) && !Number.isSafeInteger(each));
  if (kind === 'integer' && wrong >= 0)
    throw wrongType(path(wrong), values[wrong], 'a whole number up to 2^53');
  return new Column(name, kind, new NumberCells(numbers, kind));
}

/** Makes a column of plain values. */
export function columnOf(
  name: string,
  values: readonly unknown[],
  path: (row: number) => string,
): Column {
  const type = commonType(values, path);
  if (type === 'text') return inferColumn(name, textCells(values), false);
  const numbers = numbersOf(values);
  if (type === 'boolean' || type === 'date')
    return new Column(name, type, new NumberCells(numbers, type));
  const isInteger = numbers.every((value) => Number.isNaN(value) || Number.isSafeInteger(value));
  return numberColumn(name, numbers, isInteger && type !== undefined);
}

/** Makes a column of values that a function of the caller has returned. */
export function derivedColumn(name: unknown, values: readonly unknown[]): Column {
  const [checked = ''] = checkNames([checkText('name', name)], { path: 'name', lenient: false });
  return columnOf(checked, values, (row) => `${shorten(checked)}[${row}]`);
}

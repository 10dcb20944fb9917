/** Makes tables of objects. */
import { ThalwegError } from '../errors.js';
import { checkOptions, describe, shorten, wrongType } from '../options.js';
import { isList, isObject } from '../values.js';
import type { ColumnKind } from './cells.js';
import { checkKindNames, checkKinds } from './csv-options.js';
import { Table, type TableFaults } from './table.js';
import { chosenColumn, columnOf } from './value-columns.js';

/** Options of {@link rows}. */
export interface RowsOptions {
  /** Kinds of columns by name. Default: what all values of a column are. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
}

/** Objects whose keys all differ make far more cells than they have values: one in 64 must be there. */
function checkCells(columns: number, rows: number, values: number, path: string): void {
  if (columns * rows > 2 ** 20 + 64 * values)
    throw new ThalwegError({
      code: 'RANGE',
      path: `${path}[${rows - 1}]`,
      received: `${columns} different keys in ${rows} objects, most of them absent`,
      expected: 'objects with mostly the same keys',
    });
}

/** Lists the keys of all rows, in the order of their first rows, with the values of each. */
function collectColumns(objects: readonly unknown[], path: string): Map<string, unknown[]> {
  const columns = new Map<string, unknown[]>();
  let count = 0;
  const newColumn = (key: string, row: number): unknown[] => {
    if (key === '__proto__') throw refuseName(key, `${path}[${row}]`);
    const values = new Array<unknown>(row).fill(null);
    columns.set(key, values);
    return values;
  };
  objects.forEach((object, row) => {
    if (!isObject(object) || isList(object))
      throw wrongType(`${path}[${row}]`, object, 'an object with a value for each column');
    for (const [key, value] of Object.entries(object)) {
      const values = columns.get(key) ?? newColumn(key, row);
      while (values.length < row) values.push(null);
      values.push(value);
      count++;
    }
    checkCells(columns.size, row + 1, count, path);
  });
  for (const values of columns.values()) while (values.length < objects.length) values.push(null);
  return columns;
}

function refuseName(name: string, path: string): ThalwegError {
  return new ThalwegError({
    code: 'RANGE',
    path,
    received: describe(name),
    expected: 'another name of a column',
  });
}

/** Makes the table of some objects; `path` names them in errors. */
export function tableOf(
  objects: readonly unknown[],
  kinds: ReadonlyMap<string, ColumnKind>,
  path: string,
  faults?: TableFaults,
): Table {
  const collected = collectColumns(objects, path);
  checkKindNames(kinds, [...collected.keys()]);
  const columns = [...collected].map(([name, values]) => {
    const place = (row: number): string => `${path}[${row}].${shorten(name)}`;
    const kind = kinds.get(name);
    return kind === undefined
      ? columnOf(name, values, place)
      : chosenColumn(name, kind, values, place);
  });
  return new Table(columns, faults);
}

/**
 * Makes a table of objects, one for each row. A column is each key that some object has. Where an object
 * lacks it, or has null or NaN, the value is missing. Texts that are all dates, such as `2026-11-29`, become
 * dates.
 *
 * @throws ThalwegError TYPE for a value of another type than those before, UNKNOWN_OPTION, RANGE
 * @example
 * const table = data.rows([
 *   { name: 'beetle', power: 34 },
 *   { name: 'mini', power: null },
 * ]);
 */
export function rows(
  objects: readonly Readonly<Record<string, unknown>>[],
  options: RowsOptions = {},
): Table {
  const { kinds } = checkOptions('rows', options, ['kinds']);
  if (!isList(objects)) throw wrongType('rows', objects, 'a list of objects');
  return tableOf(objects, checkKinds(kinds), 'rows');
}

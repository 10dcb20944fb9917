/** Makes tables of the rows that a caller wants predictions for. */
import { ThalwegError } from '../errors.js';
import { wrongType } from '../options.js';
import { isList, isObject } from '../values.js';
import { tableOf } from './rows.js';
import type { Table } from './table.js';

/** Makes a table of only these columns of objects. A column that no object has is MISSING. */
export function neededTable(rows: unknown, columns: readonly string[]): Table {
  if (!isList(rows)) throw wrongType('rows', rows, 'a table, or a list of objects');
  const picked = Array.from(rows, (row, i) => {
    if (!isObject(row))
      throw wrongType(`rows[${i}]`, row, 'an object with a value for each column');
    return Object.fromEntries(
      columns
        .filter((name) => Object.hasOwn(row, name))
        .map((name) => [name, (row as Readonly<Record<string, unknown>>)[name]]),
    );
  });
  if (picked.length === 0)
    throw new ThalwegError({
      code: 'SHAPE',
      path: 'rows',
      received: 'no row',
      expected: 'at least one row',
    });
  return tableOf(picked, new Map(), 'rows');
}

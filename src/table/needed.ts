/** Makes tables of the rows that a caller wants predictions for. */
import { ThalwegError } from '../errors.js';
import { describe, shorten, wrongType } from '../options.js';
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
  const absent = columns.find((name) => !picked.some((row) => Object.hasOwn(row, name)));
  if (absent !== undefined) throw absentKey(absent, Object.keys(rows[0] as object));
  return tableOf(picked, new Map(), 'rows');
}

function absentKey(name: string, keys: readonly string[]): ThalwegError {
  return new ThalwegError({
    code: 'MISSING',
    path: `rows[0].${shorten(name)}`,
    received: 'no row with this key',
    expected: 'a value or null for each column',
    remedy: keys.length > 0 ? `the first row has ${keys.slice(0, 8).map(describe).join(', ')}` : '',
  });
}

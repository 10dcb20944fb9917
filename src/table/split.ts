/** Splits and folds of tables, whose classes and groups may be columns. */
import { orderRows } from '../division/divide.js';
import type { RowKeys } from '../division/keys.js';
import {
  type DatasetSplitOptions,
  type FoldOptions,
  planFolds,
  planSplit,
} from '../division/split.js';
import { wrongType } from '../options.js';
import { isObject } from '../values.js';
import type { Cell } from './cells.js';
import type { Column } from './column.js';

/** Keys by which rows of a table are stratified or grouped. */
interface TableKeys {
  /**
   * The name of a column, or one key for each row. Every part gets the same shares of its values, each within
   * one row. Rows without a value are a class of their own. Default none.
   */
  readonly stratify?: string | RowKeys;
  /**
   * The name of a column, or one key for each row, such as the patient that it comes from. Rows with equal keys
   * stay in one part, and so do rows without a value. Default none.
   */
  readonly groupBy?: string | RowKeys;
}

/** Options of {@link Table.kFold}. */
export interface TableFoldOptions extends Omit<FoldOptions, 'stratify' | 'groupBy'>, TableKeys {}

/** Options of {@link Table.split}: those of {@link Dataset.split}, but keys may be the name of a column. */
export interface TableSplitOptions
  extends Omit<DatasetSplitOptions, 'stratify' | 'groupBy'>, TableKeys {}

/** The facts of a table that a split uses. */
interface Source {
  readonly length: number;
  readonly column: (name: string) => Column;
}

/** Returns a key that differs for different values. */
function keyOf(cell: Cell): string {
  return cell === null ? '' : `=${cell instanceof Date ? cell.getTime() : cell}`;
}

/** Returns the options with keys of rows in place of names of columns; throws MISSING. */
function withKeys(options: unknown, { column }: Source): unknown {
  if (!isObject(options) || Array.isArray(options)) return options;
  const given: Record<string, unknown> = { ...options };
  for (const name of ['stratify', 'groupBy']) {
    const key = given[name];
    if (typeof key === 'string') given[name] = Array.from(column(key), keyOf);
  }
  return given;
}

/** Returns the facts that a division reads; a table has no classes of its own. */
function divided(path: string, { length }: Source) {
  const classes = (): never => {
    throw wrongType(`${path}.stratify`, true, 'the name of a column, or one key a row');
  };
  return { length, classes };
}

/** Runs of rows [first, count, …] of an order as sorted row numbers. */
function rowsOf(runs: readonly number[], order: Uint32Array): Uint32Array {
  const parts: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const first = runs[i]!;
    for (const row of order.subarray(first, first + runs[i + 1]!)) parts.push(row);
  }
  return Uint32Array.from(parts).sort();
}

/** Returns the rows of each part in the order of the table; none for a part that was not asked for. */
export function splitRows(
  source: Source,
  options: unknown,
): Readonly<Partial<Record<'train' | 'validation' | 'test', Uint32Array>>> {
  const plan = planSplit(withKeys(options, source), divided('split', source));
  const order = orderRows(plan.order, source.length);
  const parts = Object.entries(plan.runs).map(([name, runs]) => [name, rowsOf(runs, order)]);
  return Object.fromEntries(parts) as ReturnType<typeof splitRows>;
}

/** Returns the rows of each fold in the order of the table. */
export function* foldRows(
  source: Source,
  k: unknown,
  options: unknown,
): Generator<Readonly<Record<'train' | 'validation', Uint32Array>>> {
  const plan = planFolds(k, withKeys(options, source), divided('kFold', source));
  const order = orderRows(plan.order, source.length);
  for (const { train, validation } of plan.folds)
    yield { train: rowsOf(train, order), validation: rowsOf(validation, order) };
}

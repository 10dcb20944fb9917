/** Tables: columns of equal length, by name. A table never changes; each method returns a new one. */
import { inspect } from 'node:util';
import { checkArray, isArrayOf } from '../arrays.js';
import type { Parts } from '../division/split.js';
import { ThalwegError } from '../errors.js';
import { checkBoolean, checkNumber, checkOptions, wrongType } from '../options.js';
import { checkList, isInstance, isList } from '../values.js';
import type { Cell } from './cells.js';
import { Column, takeRows } from './column.js';
import { countRows } from './count-by.js';
import { describeTable } from './describe.js';
import type { TableFault } from './faults.js';
import { tableText } from './grid.js';
import { unknownColumn } from './names.js';
import { sortedRows } from './sort.js';
import { type TableFoldOptions, type TableSplitOptions, foldRows, splitRows } from './split.js';
import { derivedColumn } from './value-columns.js';

/** One row of a table: its value in each column, by name. */
export type Row = Readonly<Record<string, Cell>>;

/** The parts of a table that {@link Table.split} makes by the options O. */
export type TableSplit<O extends TableSplitOptions = TableSplitOptions> = Parts<Table, O>;

/** One fold of {@link Table.kFold}. */
export interface TableFold {
  /** The rows of all other folds. */
  readonly train: Table;
  /** The rows of this fold. */
  readonly validation: Table;
}

/** The first faults of a table, and how many there are. */
export interface TableFaults {
  readonly list: readonly TableFault[];
  readonly count: number;
}

/** The width of a printed table in characters where there is no terminal. */
const defaultWidth = 80;

/** Columns of equal length, by name. Make one with {@link csv}, {@link jsonLines} or {@link rows}. */
export class Table implements Iterable<Row> {
  /** The number of rows. */
  readonly length: number;
  /** The names of the columns in their order. */
  readonly names: readonly string[];
  /** The first 100 faults that a lenient reader has met. */
  readonly faults: readonly TableFault[];
  /** The number of faults that a lenient reader has met. */
  readonly faultCount: number;
  readonly #columns: ReadonlyMap<string, Column>;

  /**
   * Use {@link rows} or another reader.
   *
   * @internal
   */
  constructor(columns: readonly Column[], faults: TableFaults = { list: [], count: 0 }) {
    for (const column of checkList('columns', columns, 'columns of a table', (_, each) => each))
      if (!isInstance(column, Column)) throw wrongType('columns', column, 'a column of a table');
    this.#columns = new Map(columns.map((column) => [column.name, column]));
    this.length = columns[0]?.length ?? 0;
    this.names = Object.freeze([...this.#columns.keys()]);
    this.faults = Object.freeze([...faults.list]);
    this.faultCount = faults.count;
    Object.freeze(this);
  }

  /**
   * Returns a column.
   *
   * @throws ThalwegError MISSING, with the name that was probably meant; TYPE
   */
  column(name: string): Column {
    const column = this.#columns.get(name);
    if (column === undefined) throw unknownColumn('column', name, this.names);
    return column;
  }

  /**
   * Returns a row as an object.
   *
   * @param index from 0 to `length` - 1
   * @throws ThalwegError RANGE, TYPE
   */
  row(index: number): Row {
    checkNumber('index', index, { min: 0, max: this.length, openMax: true, integer: true });
    return this.#row(index);
  }

  #row(index: number): Row {
    const row: Record<string, Cell> = {};
    for (const [name, column] of this.#columns) row[name] = column.at(index);
    return row;
  }

  /** Goes through the rows as objects. */
  *[Symbol.iterator](): Generator<Row> {
    for (let i = 0; i < this.length; i++) yield this.#row(i);
  }

  /**
   * Returns a table with only these columns, in this order.
   *
   * @throws ThalwegError MISSING, DUPLICATE, TYPE
   */
  select(...names: string[]): Table {
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name)) throw repeated(name);
      seen.add(name);
    }
    return new Table(names.map((name) => this.column(name)));
  }

  /**
   * Returns a table without these columns.
   *
   * @throws ThalwegError MISSING, TYPE
   */
  drop(...names: string[]): Table {
    for (const name of names) this.column(name);
    return new Table([...this.#columns.values()].filter((column) => !names.includes(column.name)));
  }

  /**
   * Returns a table with only the rows for which `keep` returns true.
   *
   * @throws ThalwegError TYPE where `keep` returns anything but true or false
   * @example
   * const european = cars.filter(({ origin, power }) => origin === 'Europe' && power !== null);
   */
  filter(keep: (row: Row, index: number) => boolean): Table {
    if (typeof keep !== 'function') throw wrongType('filter', keep, 'a function');
    const kept: number[] = [];
    for (let i = 0; i < this.length; i++) {
      if (checkBoolean(`filter(row ${i})`, keep(this.#row(i), i))) kept.push(i);
    }
    return this.#take(Uint32Array.from(kept));
  }

  /**
   * Returns a table with one column more, or with another in its place, whose values `make` returns. The
   * values have one type; null, undefined and NaN are missing.
   *
   * @throws ThalwegError TYPE, RANGE
   * @example
   * const metric = cars.map('litres', ({ milesPerGallon: mpg }) => mpg && 235.2 / Number(mpg));
   */
  map(name: string, make: (row: Row, index: number) => Cell | undefined): Table {
    if (typeof make !== 'function') throw wrongType('map', make, 'a function');
    const values = Array.from({ length: this.length }, (_, i) => make(this.#row(i), i));
    const made = derivedColumn(name, values);
    const columns = new Map(this.#columns).set(made.name, made);
    return new Table([...columns.values()]);
  }

  /** Returns the first rows. Default: 10 of them. */
  head(count = 10): Table {
    const rows = checkNumber('count', count, { min: 0, integer: true });
    return this.#take(Uint32Array.from({ length: Math.min(rows, this.length) }, (_, i) => i));
  }

  /**
   * Returns the rows at these places, in this order. A row may come more than once.
   *
   * @param rows integers from 0 to `length` - 1, such as {@link permutation} gives
   * @throws ThalwegError RANGE, TYPE, DTYPE, DETACHED, RESIZABLE
   */
  take(rows: readonly number[] | Uint32Array | Float64Array): Table {
    const range = { min: 0, max: this.length, openMax: true, integer: true };
    const list = isList(rows) ? rows : checkRowArray(rows);
    const checked = Uint32Array.from(list, (row, i) => checkNumber(() => `rows[${i}]`, row, range));
    return this.#take(checked);
  }

  #take(rows: Uint32Array): Table {
    return new Table([...this.#columns.values()].map((column) => takeRows(column, rows)));
  }

  /**
   * Divides the rows into parts for training, validation and a test by the rules of {@link Dataset.split}: a
   * part is a share below 1 or a number of rows, and a part that was not asked for is undefined. The rows of each
   * part keep their order. Fit features on `train` alone.
   *
   * @throws ThalwegError RANGE, TYPE, SHAPE, SEED, MISSING, UNSUPPORTED, UNKNOWN_OPTION
   * @example
   * const { train, validation } = cars.split({ validation: 0.2, stratify: 'origin', seed: 7 });
   */
  split<const O extends TableSplitOptions>(options: O): TableSplit<O> {
    const { train, validation, test } = splitRows(this.#source(), options);
    const part = (rows: Uint32Array | undefined) => rows && this.#take(rows);
    const parts = { train: part(train), validation: part(validation), test: part(test) };
    return parts as TableSplit<O>;
  }

  /**
   * Divides the rows into `k` folds of the same size, or one row more, for cross-validation. Each row is in the
   * validation of one fold, and in the training of all others. Fit features on the `train` of each fold.
   *
   * @param k an integer from 2 to the number of rows
   * @throws ThalwegError RANGE, TYPE, SHAPE, SEED, MISSING, UNSUPPORTED, UNKNOWN_OPTION
   */
  kFold(k: number, options: TableFoldOptions = {}): readonly TableFold[] {
    const folds = foldRows(this.#source(), k, options);
    return Array.from(folds, ({ train, validation }) => ({
      train: this.#take(train),
      validation: this.#take(validation),
    }));
  }

  #source() {
    return { length: this.length, column: (name: string) => this.column(name) };
  }

  /**
   * Returns the rows in the order of one column; texts go by the numbers of their characters. Equal values
   * keep their order, and missing ones come last.
   *
   * @param options `descending` turns the order around. Default false
   * @throws ThalwegError MISSING, TYPE, UNKNOWN_OPTION
   */
  sort(name: string, options: { readonly descending?: boolean } = {}): Table {
    const { descending } = checkOptions('sort', options, ['descending']);
    const cells = Column.cells(this.column(name), 'column');
    return this.#take(sortedRows(cells, checkBoolean('descending', descending ?? false)));
  }

  /**
   * Counts the rows of each combination of values in some columns.
   *
   * @returns a table with these columns and the column `count`, the most frequent combination first
   * @throws ThalwegError MISSING, DUPLICATE, TYPE, RANGE for no column
   * @example
   * console.log(cars.countBy('origin', 'cylinders'));
   */
  countBy(...names: string[]): Table {
    const { columns, rows, counts } = countRows(this.select(...names).#columns);
    const values = columns.map((column) => takeRows(column, rows));
    const name = names.includes('count') ? 'rows' : 'count';
    return new Table([...values, derivedColumn(name, counts)]);
  }

  /**
   * Describes each column in a line: its kind, missing values, and range or most frequent values.
   *
   * @param options `columns` is the width in characters. Default: that of the terminal, or 80
   */
  describe(options: { readonly columns?: number } = {}): string {
    const { columns } = checkOptions('describe', options, ['columns']);
    const width =
      columns === undefined
        ? terminalWidth()
        : checkNumber('columns', columns, { min: 20, max: 1000, integer: true });
    return describeTable([...this.#columns.values()], this.length, width);
  }

  /** Returns the first ten rows as text, as wide as the terminal; what does not fit is counted. */
  toString(): string {
    return tableText([...this.#columns.values()], this.length, terminalWidth());
  }

  /** Makes `console.log(table)` print the first rows. */
  [inspect.custom](): string {
    return this.toString();
  }
}

function checkRowArray(rows: unknown): Uint32Array | Float64Array {
  if (isArrayOf(rows, Float64Array)) return checkArray('rows', rows, Float64Array);
  return checkArray('rows', rows, Uint32Array);
}

function terminalWidth(): number {
  return Math.max(process.stdout.columns ?? defaultWidth, 20);
}

function repeated(name: string): ThalwegError {
  return new ThalwegError({
    code: 'DUPLICATE',
    path: 'select',
    received: `the column ${JSON.stringify(name)} twice`,
    expected: 'each column once',
  });
}

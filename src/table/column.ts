/** One column of a table. */
import { wrongType } from '../options.js';
import { isInstance, isObject } from '../values.js';
import { type Cell, type Cells, type ColumnKind, TextCells } from './cells.js';

/** A value of a column with the number of its rows. */
export interface ValueCount {
  /** The value as text. */
  readonly value: string;
  /** The number of rows. */
  readonly count: number;
}

/** One column of a {@link Table}: values of one kind, some of which may be missing. */
export class Column implements Iterable<Cell> {
  /** The name, as the file's header gives it. */
  readonly name: string;
  /**
   * The kind of the values. A `category` is a text of at most 256 different values that occur twice on average;
   * any other text is a `text`. An `integer` is exact up to 2^53.
   */
  readonly kind: ColumnKind;
  /** The number of rows. */
  readonly length: number;
  /** The number of rows without a value. */
  readonly missing: number;
  readonly #cells: Cells;

  /**
   * Use `table.column(name)`.
   *
   * @internal
   */
  constructor(name: string, kind: ColumnKind, cells: Cells) {
    if (!isObject(cells)) throw wrongType('new data.Column', cells, 'a call of table.column');
    this.name = name;
    this.kind = kind;
    this.length = cells.length;
    this.#cells = cells;
    this.missing = cells.countMissing();
    Object.freeze(this);
  }

  /** Returns the value of a row; null where it is missing or where there is no such row. */
  at(row: number): Cell {
    return Number.isInteger(row) && row >= 0 && row < this.length ? this.#cells.at(row) : null;
  }

  /** Goes through the values of all rows in their order. */
  *[Symbol.iterator](): Generator<Cell> {
    for (let row = 0; row < this.length; row++) yield this.#cells.at(row);
  }

  /**
   * Returns the values as numbers: true is 1, a date is its milliseconds since 1970 (UTC), and a missing
   * value is NaN.
   *
   * @throws ThalwegError TYPE for a column of texts
   */
  toNumbers(): Float64Array {
    const numbers = this.#cells.numbers();
    if (numbers === undefined)
      throw wrongType(
        this.name,
        this.at(0),
        'a column of numbers, dates, or true and false',
        `the kind of this column is ${this.kind}`,
      );
    return numbers.slice();
  }

  /** Returns the different values as texts with the number of their rows, the most frequent first. */
  counts(): readonly ValueCount[] {
    const texts = this.#cells.texts();
    const counts = texts.counts();
    return texts.dictionary
      .map((value, code) => ({ value, count: counts[code]! }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  }

  /**
   * Returns the stored values of a column; throws TYPE for another value.
   *
   * @internal
   */
  static cells(column: unknown, path: string): Cells {
    if (!isInstance(column, Column)) throw wrongType(path, column, 'a column of a table');
    return column.#cells;
  }
}

/** Returns the rows of a column in another order, or some of them. */
export function takeRows(column: Column, rows: Uint32Array): Column {
  return new Column(column.name, column.kind, Column.cells(column, 'column').take(rows));
}

/** The most different values of a category. */
const mostCategories = 256;

/** Returns the kind of texts by how often they repeat. */
export function textKind(cells: TextCells): 'category' | 'text' {
  const { dictionary, codes } = cells;
  const repeats = 2 * dictionary.length <= codes.length;
  return repeats && dictionary.length <= mostCategories ? 'category' : 'text';
}

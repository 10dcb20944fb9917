/** The values of one column: numbers, or texts that are numbered. */

/**
 * The value of one row in one column: a number, a text, true or false, or a date; null where it is missing.
 */
export type Cell = number | string | boolean | Date | null;

/** The kind of a column's values. */
export type ColumnKind = 'number' | 'integer' | 'boolean' | 'date' | 'category' | 'text';

/** The types of values: an integer is a number, and a category is a text. */
export type ValueType = 'number' | 'text' | 'boolean' | 'date';

export const valueTypes: readonly ValueType[] = ['number', 'text', 'boolean', 'date'];

export const columnKinds: readonly ColumnKind[] = [
  'number',
  'integer',
  'boolean',
  'date',
  'category',
  'text',
];

/** The code of a missing text. */
export const missingCode = 2 ** 32 - 1;

/** Values that can be looked at one by one, and chosen by row. */
export interface Cells {
  readonly length: number;
  at(row: number): Cell;
  countMissing(): number;
  isMissing(row: number): boolean;
  take(rows: Uint32Array): Cells;
  /** Compares two rows without missing values; negative where `a` comes first. */
  compare(a: number, b: number): number;
  /** Returns the values as numbers, with NaN for a missing one; undefined for texts. */
  numbers(): Float64Array<ArrayBuffer> | undefined;
  /** Returns the different values as texts, and the place of each row's value in them. */
  texts(): TextCells;
}

type NumberKind = Exclude<ColumnKind, 'category' | 'text'>;

/** Numbers, dates in milliseconds since 1970 (UTC), or 1 for true and 0 for false. NaN is a missing value. */
export class NumberCells implements Cells {
  readonly length: number;
  readonly kind: NumberKind;
  /** The texts of dates, or of true and false, where nobody has said that the column has these. */
  readonly source: TextCells | undefined;
  readonly #values: Float64Array<ArrayBuffer>;

  constructor(values: Float64Array<ArrayBuffer>, kind: NumberKind, source?: TextCells) {
    this.length = values.length;
    this.source = source;
    this.#values = values;
    this.kind = kind;
  }

  at(row: number): Cell {
    const value = this.#values[row]!;
    if (Number.isNaN(value)) return null;
    if (this.kind === 'boolean') return value === 1;
    return this.kind === 'date' ? new Date(value) : value;
  }

  isMissing(row: number): boolean {
    return Number.isNaN(this.#values[row]);
  }

  countMissing(): number {
    const values = this.#values;
    let count = 0;
    // An iterator takes ten times as long.
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) count++;
    return count;
  }

  take(rows: Uint32Array): NumberCells {
    const taken = new Float64Array(rows.length);
    rows.forEach((row, i) => (taken[i] = this.#values[row]!));
    return new NumberCells(taken, this.kind, this.source?.take(rows));
  }

  compare(a: number, b: number): number {
    const [x, y] = [this.#values[a]!, this.#values[b]!];
    return x < y ? -1 : x > y ? 1 : 0;
  }

  numbers(): Float64Array<ArrayBuffer> {
    return this.#values;
  }

  texts(): TextCells {
    const codes = new Map<number, number>();
    const rows = Uint32Array.from(this.#values, (value) => {
      if (Number.isNaN(value)) return missingCode;
      const code = codes.get(value) ?? codes.size;
      codes.set(value, code);
      return code;
    });
    return new TextCells(
      rows,
      [...codes.keys()].map((value) => this.#textOf(value)),
    );
  }

  #textOf(value: number): string {
    if (this.kind === 'boolean') return String(value === 1);
    return this.kind === 'date' ? dateText(new Date(value)) : String(value);
  }
}

/** Texts: for each row its place among the different ones, some of which may occur in no row. */
export class TextCells implements Cells {
  readonly length: number;
  readonly codes: Uint32Array<ArrayBuffer>;
  readonly dictionary: readonly string[];

  constructor(codes: Uint32Array<ArrayBuffer>, dictionary: readonly string[]) {
    this.length = codes.length;
    this.codes = codes;
    this.dictionary = dictionary;
  }

  at(row: number): string | null {
    return this.dictionary[this.codes[row]!] ?? null;
  }

  isMissing(row: number): boolean {
    return this.codes[row] === missingCode;
  }

  countMissing(): number {
    const { codes } = this;
    let count = 0;
    for (let i = 0; i < codes.length; i++) if (codes[i] === missingCode) count++;
    return count;
  }

  take(rows: Uint32Array): TextCells {
    const taken = new Uint32Array(rows.length);
    rows.forEach((row, i) => (taken[i] = this.codes[row]!));
    return new TextCells(taken, this.dictionary);
  }

  compare(a: number, b: number): number {
    const [x, y] = [this.at(a)!, this.at(b)!];
    return x < y ? -1 : x > y ? 1 : 0;
  }

  numbers(): undefined {
    return undefined;
  }

  texts(): this {
    return this;
  }

  /** Counts the rows of each text in the dictionary. */
  counts(): Uint32Array {
    const counts = new Uint32Array(this.dictionary.length);
    for (const code of this.codes) if (code !== missingCode) counts[code]!++;
    return counts;
  }
}

/** Returns a date as text: `2026-11-29` at midnight, and otherwise with its time, in UTC. */
export function dateText(date: Date): string {
  const text = Number.isNaN(date.getTime()) ? 'invalid date' : date.toISOString();
  return text.replace(/T00:00:00\.000Z$/, '').replace(/\.000Z$/, 'Z');
}

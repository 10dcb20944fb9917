/** The form of awkward texts of separated values. */
import type { ParseCsvOptions } from '../../src/table/csv-options.js';
import type { Cell } from '../../src/table/cells.js';

/** A text, and its rows or the place and message of its fault. */
export interface Awkward {
  readonly about: string;
  readonly text: string | Uint8Array;
  readonly options?: ParseCsvOptions;
  /** The names, then the rows. */
  readonly table?: readonly (readonly Cell[])[];
  readonly kinds?: readonly string[];
  /** The error's code, path and a part of its message. */
  readonly refused?: readonly [code: string, path: string, message: string];
  /** Lines and columns of the faults of a lenient reader. */
  readonly faults?: readonly (readonly [line: number, column: number])[];
}

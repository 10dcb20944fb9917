/** Types of the scanner of separated values; native/napi/data/csv.cc. */

/** Faults of such a text; native/data/csv/csv_fault.def. */
export const csvFaultKinds = [
  'openQuote',
  'strayQuote',
  'textAfterQuote',
  'fewFields',
  'manyFields',
  'notNumber',
  'notInteger',
] as const;

/** A place where a text is not as it must be. */
export interface NativeCsvFault {
  readonly kind: (typeof csvFaultKinds)[number];
  /** The place of the byte, counted from 0. */
  readonly position: number;
  /** The field's place in its record, counted from 0. */
  readonly column: number;
}

/** The first faults, and how many there are. */
export interface NativeCsvFaults {
  readonly first: readonly NativeCsvFault[];
  readonly count: number;
}

/** How a text is written. */
export interface NativeCsvFormat {
  readonly separator: string;
  /** The sign before decimals: `.` or `,`. */
  readonly point: string;
  readonly trims: boolean;
  readonly missing: readonly string[];
  readonly columns: readonly ('inferred' | 'number' | 'integer' | 'text')[];
  /** The place of the first byte to read. */
  readonly start: number;
}

/** Numbers, with NaN for a missing value. */
interface NativeNumbers {
  readonly missing: number;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly isInteger: boolean;
  /** False where all values are missing. */
  readonly hasNumbers: boolean;
}

/** Texts, each as its place in a list of different ones, and 2^32 - 1 for a missing value. */
export interface NativeTexts {
  readonly missing: number;
  readonly numbers?: undefined;
  readonly codes: Uint32Array<ArrayBuffer>;
  /** All different texts one after another, in UTF-8. */
  readonly texts: Uint8Array<ArrayBuffer>;
  /** Text i ends before the byte `ends[i]`. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** The place of the byte where each text occurs first. */
  readonly positions: Float64Array<ArrayBuffer>;
}

/** Reads a text in turns. */
export interface NativeCsvScanner {
  /** Reads about `budget` bytes more; returns false at the end, or at the first fault of a strict scan. */
  advance(bytes: Uint8Array, budget: number): boolean;
  /** Returns the number of bytes that are read. */
  position(): number;
  faults(): NativeCsvFaults;
  /** Returns a column once; its native memory is freed. */
  take(index: number): NativeNumbers | NativeTexts;
}

/** The scanner's part of the addon. */
export interface NativeTables {
  CsvScanner: new (options: NativeCsvFormat & { readonly strict: boolean }) => NativeCsvScanner;
  /** Reads one record of at most `most` fields. */
  csvRecord(
    bytes: Uint8Array,
    options: NativeCsvFormat & { readonly most: number },
  ): {
    readonly fields: readonly string[];
    readonly end: number;
    readonly faults: NativeCsvFaults;
  };
}

/** Options of reading separated values, and their checks. */
import { ThalwegError } from '../errors.js';
import {
  checkBoolean,
  checkOneOf,
  checkOptions,
  checkText,
  describe,
  shorten,
  suggestion,
  wrongType,
} from '../options.js';
import { checkList, isInstance, isList } from '../values.js';
import { type ColumnKind, columnKinds } from './cells.js';
import type { ReadProgress } from './source.js';
import { type TextEncodingName, encodings } from './text-bytes.js';

/** Options of {@link parseCsv}. */
export interface ParseCsvOptions {
  /**
   * The character between fields, such as `';'` or `'\t'`. Default: the one of `,` `;` tab and `|` that gives
   * the first records the same number of fields.
   */
  readonly separator?: string;
  /**
   * The sign before decimals. Default `'.'`; or `','` where the separator is another, and the first records
   * have numbers such as `1,5` but none such as `1.5`.
   */
  readonly decimal?: '.' | ',';
  /** True where the first record has the names of the columns, or the names themselves. Default true. */
  readonly header?: boolean | readonly string[];
  /**
   * Kinds of columns by name. Default: what all values of a column are. An integer with a zero in front, such
   * as the postal code 01234, and one beyond 2^53 - 1 make a column of texts unless its kind is given.
   */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  /**
   * The fields that mean a missing value where they are not quoted. An empty field, quoted or not, always
   * means one. Default `['NA', 'N/A', 'NaN', 'nan', 'null', 'NULL']`.
   */
  readonly missing?: readonly string[];
  /** True drops spaces and tabs around fields; those within quotes stay. Default true. */
  readonly trim?: boolean;
  /**
   * True lists faults in `table.faults` in place of throwing the first. A field that is absent or not of its kind
   * is then missing, and a surplus field is dropped. Default false.
   */
  readonly lenient?: boolean;
  /** The encoding of the text; a byte order mark has precedence. Default `'utf-8'`. */
  readonly encoding?: TextEncodingName;
}

/** Options of {@link csv}. */
export interface CsvOptions extends ParseCsvOptions {
  /** Is told how far the reading is, after each few megabytes. */
  readonly progress?: (progress: ReadProgress) => void;
  /** Ends the reading with ABORTED. */
  readonly signal?: AbortSignal;
}

/** The options with their defaults; what is detected is undefined. */
export interface CheckedCsvOptions {
  readonly separator: string | undefined;
  readonly decimal: '.' | ',' | undefined;
  readonly header: boolean | readonly string[];
  readonly kinds: ReadonlyMap<string, ColumnKind>;
  readonly missing: readonly string[];
  readonly trim: boolean;
  readonly lenient: boolean;
  readonly encoding: TextEncodingName;
  readonly progress: ((progress: ReadProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The fields that mean a missing value by default. */
const missingByDefault = ['NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];

const parseKeys = [
  'separator',
  'decimal',
  'header',
  'kinds',
  'missing',
  'trim',
  'lenient',
  'encoding',
];

function checkSeparator(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = checkText('separator', value);
  if (/^[!#-*/:-@[-`{-~, \t;|]$/.test(text)) return text;
  throw new ThalwegError({
    code: 'RANGE',
    path: 'separator',
    received: describe(value),
    expected: 'one character of ASCII that is no letter, digit, quote, sign, point or line break',
  });
}

function checkHeader(value: unknown): boolean | readonly string[] {
  if (value === undefined) return true;
  if (!isList(value)) return checkBoolean('header', value);
  return checkList('header', value, 'the names of the columns', checkText, 1);
}

/** Checks the option `kinds`. */
export function checkKinds(value: unknown): ReadonlyMap<string, ColumnKind> {
  if (value === undefined) return new Map();
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const kinds = checkOptions('kinds', value, names);
  return new Map(names.map((name) => [name, checkKind(name, kinds[name])]));
}

/** Throws UNKNOWN_OPTION where a kind is given for a column that is not there. */
export function checkKindNames(
  kinds: ReadonlyMap<string, ColumnKind>,
  names: readonly string[],
): void {
  for (const name of kinds.keys())
    if (!names.includes(name))
      throw new ThalwegError({
        code: 'UNKNOWN_OPTION',
        path: `kinds.${shorten(name)}`,
        received: `the unknown column ${describe(name)}`,
        expected: 'a column of the table',
        remedy: suggestion(name, names),
      });
}

function checkKind(name: string, kind: unknown): ColumnKind {
  return checkOneOf(`kinds.${shorten(name)}`, kind, columnKinds);
}

/** Checks the options that only an asynchronous reader has. */
export function checkReading(options: Readonly<Record<string, unknown>>): {
  readonly progress: ((progress: ReadProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
} {
  const { progress, signal } = options;
  if (progress !== undefined && typeof progress !== 'function')
    throw wrongType('progress', progress, 'a function');
  if (signal !== undefined && !isInstance(signal, AbortSignal))
    throw wrongType('signal', signal, 'an AbortSignal');
  return { progress: progress as ((progress: ReadProgress) => void) | undefined, signal };
}

/**
 * Checks the options of a reader.
 *
 * @param path the reader's name, such as `csv`
 * @param isAsync whether the reader takes `progress` and `signal`
 */
export function checkCsvOptions(path: string, value: unknown, isAsync: boolean): CheckedCsvOptions {
  const keys = isAsync ? [...parseKeys, 'progress', 'signal'] : parseKeys;
  const options = checkOptions(path, value, keys);
  const separator = checkSeparator(options['separator']);
  const given = options['decimal'];
  const decimal = given === undefined ? undefined : checkOneOf('decimal', given, ['.', ',']);
  if (separator === ',' && decimal === ',')
    throw new ThalwegError({
      code: 'RANGE',
      path: 'decimal',
      received: "',' as the separator too",
      expected: 'another sign than the separator',
    });
  return {
    separator: separator,
    decimal: decimal,
    header: checkHeader(options['header']),
    kinds: checkKinds(options['kinds']),
    missing: checkList(
      'missing',
      options['missing'] ?? missingByDefault,
      'a list of texts',
      checkText,
    ),
    trim: checkBoolean('trim', options['trim'] ?? true),
    lenient: checkBoolean('lenient', options['lenient'] ?? false),
    encoding: checkOneOf('encoding', options['encoding'] ?? 'utf-8', encodings),
    ...checkReading(options),
  };
}

/** Reads separated values into tables; native code finds the fields and reads the numbers. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bytesOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import {
  type NativeCsvFaults,
  type NativeCsvFormat,
  type NativeCsvScanner,
  type NativeTexts,
  native,
} from '../native.js';
import { describe } from '../options.js';
import { checkSignal } from './until-aborted.js';
import { type ColumnKind, NumberCells, TextCells } from './cells.js';
import { Column } from './column.js';
import { detectFormat } from './csv-format.js';
import {
  type CheckedCsvOptions,
  type CsvOptions,
  type ParseCsvOptions,
  checkCsvOptions,
  checkKindNames,
} from './csv-options.js';
import { type FoundFault, describeFault, locate, throwFault } from './faults.js';
import { columnOfKind, inferColumn, numberColumn } from './kinds.js';
import { checkNames } from './names.js';
import { type TableSource, readSource, sourceName } from './source.js';
import { Table } from './table.js';
import { decodeTexts } from './texts.js';
import { type Utf8Text, toUtf8 } from './text-bytes.js';

/** The most columns: a header may be as long as its file. */
const mostColumns = 100_000;
/** The bytes that are parsed before the event loop goes on. */
const turn = 2 ** 22;

/** A text that is being read. */
interface Reading {
  readonly name: string;
  readonly text: Utf8Text;
  readonly options: CheckedCsvOptions;
  readonly faults: FoundFault[];
  /** The number of faults, of which `faults` has the first ones. */
  count: number;
}

function addFaults(
  reading: Reading,
  { first, count }: NativeCsvFaults,
  names: readonly string[],
): void {
  for (const fault of first) reading.faults.push(describeFault(fault, names));
  reading.count += count;
  refuseFaults(reading);
}

function refuseFaults({ options, faults, text, name }: Reading): void {
  if (!options.lenient && faults.length > 0) throwFault(faults, text.bytes, name, text.start);
}

function open(name: string, raw: Uint8Array, options: CheckedCsvOptions): Reading {
  const { faults, ...text } = toUtf8(raw, options.encoding, name, options.lenient);
  return { name, text, options, faults: [...faults], count: faults.length };
}

/** Returns the names of the columns, and the place where the first row begins. */
function readHeader(
  reading: Reading,
  format: NativeCsvFormat,
): { readonly names: readonly string[]; readonly start: number } {
  const { header, lenient } = reading.options;
  const { bytes, start } = reading.text;
  const names = { lenient, path: reading.name };
  if (typeof header !== 'boolean') return { names: checkNames(header, names), start };
  const record = native.csvRecord(bytes, { ...format, most: mostColumns + 1 });
  const { length } = record.fields;
  if (length === 0 || length > mostColumns)
    throw new ThalwegError({
      code: 'FORMAT',
      path: reading.name,
      received: length === 0 ? 'no record' : `more than ${mostColumns} columns`,
      expected: `a record of 1 to ${mostColumns} fields`,
    });
  if (header) addFaults(reading, record.faults, []);
  const given = header ? record.fields : record.fields.map(() => '');
  return { names: checkNames(given, names), start: header ? record.end : start };
}

/** The scanner reads numbers and texts; the meaning of texts is found out later. */
const nativeTypes: Readonly<Record<ColumnKind, 'number' | 'integer' | 'text'>> = {
  number: 'number',
  integer: 'integer',
  boolean: 'text',
  date: 'text',
  category: 'text',
  text: 'text',
};

/** Refuses texts that are not of the kind that the caller chose. */
function textColumn(reading: Reading, name: string, texts: NativeTexts): Column {
  const kind = reading.options.kinds.get(name);
  const cells = new TextCells(texts.codes, decodeTexts(texts));
  if (kind === undefined) return inferColumn(name, cells, true);
  return columnOfKind(name, kind as 'text', cells, (code) => {
    reading.count++;
    reading.faults.push({
      position: texts.positions[code]!,
      received: describe(cells.dictionary[code]),
      expected: kind === 'date' ? 'a date such as 2026-11-29' : 'true or false',
    });
  });
}

/** Makes a column of numbers of the kind that the caller chose, or that they have. */
function numericColumn(
  reading: Reading,
  name: string,
  found: { readonly numbers: Float64Array<ArrayBuffer>; readonly isInteger: boolean },
): Column {
  const { numbers, isInteger } = found;
  const kind = reading.options.kinds.get(name);
  if (kind === undefined) return numberColumn(name, numbers, isInteger);
  return new Column(name, kind, new NumberCells(numbers, kind as 'number'));
}

interface Scan {
  readonly scanner: NativeCsvScanner;
  readonly names: readonly string[];
}

function begin(reading: Reading): Scan {
  const { text, options } = reading;
  const format = detectFormat(text, options);
  const { names, start } = readHeader(reading, format);
  checkKindNames(options.kinds, names);
  const columns = names.map((name) => {
    const kind = options.kinds.get(name);
    return kind === undefined ? 'inferred' : nativeTypes[kind];
  });
  const strict = !options.lenient;
  return { names, scanner: new native.CsvScanner({ ...format, columns, start, strict }) };
}

function end(reading: Reading, { scanner, names }: Scan): Table {
  addFaults(reading, scanner.faults(), names);
  const columns = names.map((name, i) => {
    const found = scanner.take(i);
    return found.numbers === undefined
      ? textColumn(reading, name, found)
      : numericColumn(reading, name, found);
  });
  refuseFaults(reading);
  const { text, count } = reading;
  return new Table(columns, { list: locate(reading.faults, text.bytes, text.start), count });
}

/**
 * Makes a table of separated values that are in memory already: RFC 4180 with any separator, quotes around
 * fields with separators and line breaks, and line breaks of all systems. Empty lines are no records.
 *
 * @param text the content, never a path; or its bytes, not gzipped
 * @throws ThalwegError FORMAT with line and column, ENCODING, DUPLICATE (equal names), TYPE, RANGE,
 * UNKNOWN_OPTION, MEMORY, DETACHED, RESIZABLE
 * @example
 * const cars = data.parseCsv('name,power\nbeetle,34\ncitroën,\n');
 * console.log(cars.column('power').missing); // 1
 */
export function parseCsv(text: string | Uint8Array, options: ParseCsvOptions = {}): Table {
  const checked = checkCsvOptions('parseCsv', options, false);
  const bytes = typeof text === 'string' ? Buffer.from(text) : bytesOf('text', text);
  const isText = typeof text === 'string';
  const reading = open('text', bytes, isText ? { ...checked, encoding: 'utf-8' } : checked);
  const scan = begin(reading);
  while (scan.scanner.advance(reading.text.bytes, turn));
  return end(reading, scan);
}

/**
 * Reads a table of separated values from a file or a stream, gzipped or not, as {@link parseCsv} does. The
 * event loop goes on meanwhile.
 *
 * @param source the path or URL of a file, or a stream; text in memory is for {@link parseCsv}
 * @throws ThalwegError (as a rejection) what {@link parseCsv} throws, and MISSING, PERMISSION, UNSAFE_PATH,
 * TRUNCATED, ABORTED, UNSUPPORTED
 * @example
 * const cars = await data.csv('cars.csv', { kinds: { cylinders: 'category' } });
 * console.log(cars.describe());
 */
export async function csv(source: TableSource, options: CsvOptions = {}): Promise<Table> {
  const checked = checkCsvOptions('csv', options, true);
  const name = sourceName(source, 'csv');
  const reading = open(name, await readSource(source, name, checked), checked);
  const { bytes } = reading.text;
  const scan = begin(reading);
  while (scan.scanner.advance(bytes, turn)) {
    await nextTurn();
    checkSignal(checked.signal, name);
    checked.progress?.({
      bytes: scan.scanner.position(),
      totalBytes: bytes.length,
      stage: 'parsing',
    });
  }
  checked.progress?.({ bytes: bytes.length, totalBytes: bytes.length, stage: 'parsing' });
  return end(reading, scan);
}

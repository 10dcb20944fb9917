/** Finds out how a text of separated values is written, from its first records. */
import { type NativeCsvFormat, native } from '../native.js';
import type { CheckedCsvOptions } from './csv-options.js';
import type { Utf8Text } from './text-bytes.js';

/** The separators that are tried, the most usual first. */
const separators = [',', ';', '\t', '|'];
/** The most records and bytes that are looked at. */
const mostRecords = 32;
const mostBytes = 2 ** 16;
const mostFields = 10_000;

/** Reads the first records; a last one that is cut is left out. */
function firstRecords(
  { bytes, start }: Utf8Text,
  format: NativeCsvFormat,
): readonly (readonly string[])[] {
  const isCut = bytes.length > start + mostBytes;
  const sample = bytes.subarray(0, start + mostBytes);
  const records: (readonly string[])[] = [];
  let at = start;
  while (at < sample.length && records.length < mostRecords) {
    const record = native.csvRecord(sample, { ...format, start: at, most: mostFields });
    if (record.fields.length === 0 || (isCut && record.end === sample.length)) break;
    records.push(record.fields);
    at = record.end;
  }
  return records;
}

/** Says how well a separator fits: the share of records with as many fields as the first, then the fields. */
function fitness(records: readonly (readonly string[])[]): number {
  const width = records[0]?.length ?? 0;
  if (width < 2) return 0;
  const agreeing = records.filter(({ length }) => length === width).length;
  return agreeing / records.length + width / mostFields / 10;
}

/** Matches numbers with a decimal comma; three digits behind it may as well be thousands. */
const withComma = /^[+-]?\d+,(\d{1,2}|\d{4,})$/;
const withPoint = /^[+-]?\d*\.\d+$/;

function detectDecimal(records: readonly (readonly string[])[]): '.' | ',' {
  const fields = records.slice(1).flat();
  const hasCommas = fields.some((field) => withComma.test(field));
  return hasCommas && !fields.some((field) => withPoint.test(field)) ? ',' : '.';
}

/** Returns the format of a text: what the options say, and what the first records show. */
export function detectFormat(text: Utf8Text, options: CheckedCsvOptions): NativeCsvFormat {
  const { decimal, missing, trim: trims } = options;
  const base = { missing, trims, columns: [], start: text.start, point: decimal ?? '.' };
  const candidates = options.separator === undefined ? separators : [options.separator];
  const tried = candidates
    .filter((separator) => separator !== decimal)
    .map((separator) => ({
      separator,
      records: firstRecords(text, { ...base, separator }),
    }));
  const [best] = tried.sort((a, b) => fitness(b.records) - fitness(a.records));
  const { separator, records } = best!;
  const point = decimal ?? (separator === ',' ? '.' : detectDecimal(records));
  return { ...base, separator, point };
}

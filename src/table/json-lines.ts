/** Reads JSON lines: one object a line. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { bytesOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { checkBoolean, checkOptions, describe } from '../options.js';
import { isList } from '../values.js';
import { checkSignal } from './until-aborted.js';
import type { ColumnKind } from './cells.js';
import { checkKinds, checkReading } from './csv-options.js';
import { type FoundFault, locate, mostFaults, throwFault } from './faults.js';
import { tableOf } from './rows.js';
import { type ReadProgress, type TableSource, readSource, sourceName } from './source.js';
import type { Table } from './table.js';
import { type Utf8Text, toUtf8 } from './text-bytes.js';

/** Options of {@link parseJsonLines}. */
export interface ParseJsonLinesOptions {
  /** Kinds of columns by name. Default: what all values of a column are. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  /** True leaves lines with faults out and lists them in `table.faults`. Default false, which throws the first. */
  readonly lenient?: boolean;
}

/** Options of {@link jsonLines}. */
export interface JsonLinesOptions extends ParseJsonLinesOptions {
  /** Is told how far the reading is. */
  readonly progress?: (progress: ReadProgress) => void;
  /** Ends the reading with ABORTED. */
  readonly signal?: AbortSignal;
}

interface Reading {
  readonly name: string;
  readonly text: Utf8Text;
  readonly lenient: boolean;
  readonly kinds: ReadonlyMap<string, ColumnKind>;
  readonly faults: FoundFault[];
  count: number;
  readonly objects: unknown[];
}

function open(raw: Uint8Array, name: string, options: Readonly<Record<string, unknown>>): Reading {
  const lenient = checkBoolean('lenient', options['lenient'] ?? false);
  const kinds = checkKinds(options['kinds']);
  const { faults, ...text } = toUtf8(raw, 'utf-8', name, lenient);
  return { name, text, lenient, kinds, faults: [...faults], count: faults.length, objects: [] };
}

function isCell(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

/** Reads one line. Throws a text that says what is wrong with it. */
function readLine(line: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Fault('text that is not JSON', 'one JSON object a line');
  }
  if (typeof value !== 'object' || value === null || isList(value))
    throw new Fault(describe(value), 'one JSON object a line');
  for (const [key, each] of Object.entries(value))
    if (!isCell(each))
      throw new Fault(
        `${describe(each)} as ${describe(key)}`,
        'numbers, texts, true, false or null',
      );
  return value;
}

/** A line that cannot be read. */
class Fault extends Error {
  readonly received: string;
  readonly expected: string;

  constructor(received: string, expected: string) {
    super(received);
    this.received = received;
    this.expected = expected;
  }
}

function addLine(reading: Reading, from: number, to: number): void {
  const { bytes } = reading.text;
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from)
    .toString()
    .trim();
  if (line === '') return;
  try {
    reading.objects.push(readLine(line));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { received, expected } = error;
    const fault: FoundFault = { position: from, received, expected };
    if (!reading.lenient) throwFault([fault], bytes, reading.name, reading.text.start);
    reading.count++;
    if (reading.faults.length < mostFaults) reading.faults.push(fault);
  }
}

/** The bytes that are parsed before the event loop goes on. */
const turn = 2 ** 22;

/** Reads line after line, and yields the place of the next one from time to time. */
function* readLines(reading: Reading): Generator<number> {
  const { bytes, start } = reading.text;
  let pause = start + turn;
  for (let from = start; from < bytes.length;) {
    const found = bytes.indexOf(0x0a, from);
    const to = found < 0 ? bytes.length : found;
    addLine(reading, from, to);
    from = to + 1;
    if (from < pause) continue;
    yield Math.min(from, bytes.length);
    pause = from + turn;
  }
}

function end({ name, text, faults, count, objects, kinds }: Reading): Table {
  if (objects.length === 0 && count === 0)
    throw new ThalwegError({
      code: 'FORMAT',
      path: name,
      received: 'no line',
      expected: 'one JSON object a line',
    });
  return tableOf(objects, kinds, name, {
    list: locate(faults, text.bytes, text.start),
    count,
  });
}

const parseKeys = ['kinds', 'lenient'];

/**
 * Makes a table of JSON lines that are in memory already: one object a line, with numbers, texts, true, false
 * or null. A column is each key that some object has; where one lacks it, the value is missing.
 *
 * @param text the content, never a path; or its bytes, not gzipped
 * @throws ThalwegError FORMAT with line and column, TYPE, RANGE, UNKNOWN_OPTION, DETACHED, RESIZABLE
 */
export function parseJsonLines(
  text: string | Uint8Array,
  options: ParseJsonLinesOptions = {},
): Table {
  const checked = checkOptions('parseJsonLines', options, parseKeys);
  const bytes = typeof text === 'string' ? Buffer.from(text) : bytesOf('text', text);
  const reading = open(bytes, 'text', checked);
  Array.from(readLines(reading)); // all of them
  return end(reading);
}

/**
 * Reads a table of JSON lines from a file or a stream, gzipped or not, as {@link parseJsonLines} does.
 *
 * @param source the path or URL of a file, or a stream; text in memory is for {@link parseJsonLines}
 * @throws ThalwegError (as a rejection) what {@link parseJsonLines} throws, and MISSING, PERMISSION,
 * UNSAFE_PATH, TRUNCATED, ABORTED, UNSUPPORTED, MEMORY
 */
export async function jsonLines(
  source: TableSource,
  options: JsonLinesOptions = {},
): Promise<Table> {
  const checked = checkOptions('jsonLines', options, [...parseKeys, 'progress', 'signal']);
  const reader = checkReading(checked);
  const name = sourceName(source, 'jsonLines');
  const reading = open(await readSource(source, name, reader), name, checked);
  const totalBytes = reading.text.bytes.length;
  for (const bytes of readLines(reading)) {
    reader.progress?.({ bytes, totalBytes, stage: 'parsing' });
    await nextTurn();
    checkSignal(reader.signal, name);
  }
  reader.progress?.({ bytes: totalBytes, totalBytes, stage: 'parsing' });
  return end(reading);
}

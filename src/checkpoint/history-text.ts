/**
 * The finished epochs as the bytes of a tensor, one line of JSON for each epoch. Many epochs would
 * exceed the limit of a header's length, and that of a string.
 */
import { setImmediate } from 'node:timers/promises';
import { refuse } from '../io/safetensors-header.js';
import type { EpochRecord } from '../run/history.js';
import { parseValue } from '../schema.js';
import { epochRecord } from './epoch-record.js';
import { fromExactJson, toExactJson } from '../sealed/exact-json.js';

/** The name of the tensor. */
export const historyTensor = 'history';
/** The most bytes of a history, because one array must hold them all. */
const largestHistory = 2 ** 31;
/** The time in milliseconds after which the event loop may run. */
const patience = 5;
const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** The lines of known records. Records never change, so each is converted once for all checkpoints. */
const known = new WeakMap<EpochRecord, Uint8Array>();

/** Returns the line of a record, checked because callers see the records and may change them. */
function lineOf(record: EpochRecord, index: number): Uint8Array {
  let line = known.get(record);
  if (line === undefined) {
    parseValue(epochRecord, record, `history[${index}]`);
    known.set(record, (line = Buffer.from(`${toExactJson(record)}\n`)));
  }
  return line;
}

/** Calls `body` for each item, and lets the event loop run in between. */
async function forEachPatiently<T>(each: Iterable<T>, body: (one: T) => void): Promise<void> {
  let since = performance.now();
  for (const one of each) {
    body(one);
    if (performance.now() - since < patience) continue;
    await setImmediate();
    since = performance.now();
  }
}

/** Throws OVERFLOW where a history has too many bytes for one array. */
export function checkHistoryBytes(bytes: number, path: string): void {
  if (bytes > largestHistory)
    refuse('OVERFLOW', path, `${bytes} bytes`, `at most ${largestHistory}`);
}

/** Returns the lines of all records as one array. */
export async function encodeHistory(history: readonly EpochRecord[]): Promise<Uint8Array> {
  const lines: Uint8Array[] = [];
  await forEachPatiently(history, (record) => {
    lines.push(lineOf(record, lines.length));
  });
  const bytes = lines.reduce((sum, { length }) => sum + length, 0);
  checkHistoryBytes(bytes, 'history');
  return Buffer.concat(lines, bytes);
}

function textOf(line: Uint8Array, path: string): string {
  try {
    return utf8.decode(line);
  } catch {
    refuse('ENCODING', path, 'invalid UTF-8', 'lines in UTF-8');
  }
}

/** Returns the record of a line. */
function recordOf(line: Uint8Array, path: string): EpochRecord {
  if (line.at(-1) !== newline) refuse('FORMAT', path, 'a line without an end', 'whole lines');
  return parseValue(epochRecord, fromExactJson(textOf(line, path), path), path);
}

/**
 * Returns the record of the last line; an empty array where there are no lines.
 *
 * @throws ThalwegError as {@link decodeHistory}
 */
export function decodeLast(bytes: Uint8Array, path: string): EpochRecord[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const before = text.lastIndexOf(newline, -2); // the text itself ends with one
  return text.length === 0 ? [] : [recordOf(text.subarray(before + 1), path)];
}

/** Yields the lines with their newlines; a last line without one comes as it is. */
function* linesOf(text: Buffer): Generator<Buffer> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(newline, at) + 1 || text.length;
    yield text.subarray(at, end);
    at = end;
  }
}

/**
 * Returns the records of all lines.
 *
 * @param path the name of the history in errors
 * @throws ThalwegError FORMAT, ENCODING, DEPTH
 */
export async function decodeHistory(bytes: Uint8Array, path: string): Promise<EpochRecord[]> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const history: EpochRecord[] = [];
  await forEachPatiently(linesOf(text), (line) => {
    const record = recordOf(line, `${path}[${history.length}]`);
    known.set(record, line);
    history.push(record);
  });
  return history;
}

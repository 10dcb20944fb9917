/**
 * The finished epochs as the bytes of a tensor, a line of JSON each: a header would soon be too long
 * for its readers, and one text of all of them for a string.
 */
import { setImmediate } from 'node:timers/promises';
import { refuse } from '../io/safetensors-header.js';
import type { EpochRecord } from '../run/history.js';
import { parseValue } from '../schema.js';
import { epochRecord } from './epoch-record.js';
import { fromExactJson, toExactJson } from './exact-json.js';

/** Name of the tensor. */
export const historyTensor = 'history';
/** Bytes of it at most: one array holds them all. */
const largestHistory = 2 ** 31;
/** Milliseconds after which the event loop gets its turn. */
const patience = 5;
const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Records never change: each is made text once, however many checkpoints hold it. */
const known = new WeakMap<EpochRecord, Uint8Array>();

/** What its reader would refuse is not written: callers see the records, and may change them. */
function lineOf(record: EpochRecord, index: number): Uint8Array {
  let line = known.get(record);
  if (line === undefined) {
    parseValue(epochRecord, record, `history[${index}]`);
    known.set(record, (line = Buffer.from(`${toExactJson(record)}\n`)));
  }
  return line;
}

/** Calls body for each, and lets the event loop have its turn in between. */
async function forEachPatiently<T>(each: Iterable<T>, body: (one: T) => void): Promise<void> {
  let since = performance.now();
  for (const one of each) {
    body(one);
    if (performance.now() - since < patience) continue;
    await setImmediate();
    since = performance.now();
  }
}

/** OVERFLOW where a history takes more bytes than are read at once. */
export function checkHistoryBytes(bytes: number, path: string): void {
  if (bytes > largestHistory)
    refuse('OVERFLOW', path, `${bytes} bytes`, `at most ${largestHistory}`);
}

/** The lines of all records, one after another. */
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

/** The record of a line. */
function recordOf(line: Uint8Array, path: string): EpochRecord {
  if (line.at(-1) !== newline) refuse('FORMAT', path, 'a line without an end', 'whole lines');
  return parseValue(epochRecord, fromExactJson(textOf(line, path), path), path);
}

/**
 * The record of the last line, or none.
 *
 * @throws ThalwegError as {@link decodeHistory}
 */
export function decodeLast(bytes: Uint8Array, path: string): EpochRecord[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const before = text.lastIndexOf(newline, -2); // the last one ends the text
  return text.length === 0 ? [] : [recordOf(text.subarray(before + 1), path)];
}

/** Each with its newline, but for a last one that has none. */
function* linesOf(text: Buffer): Generator<Buffer> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(newline, at) + 1 || text.length;
    yield text.subarray(at, end);
    at = end;
  }
}

/**
 * The records of the lines.
 *
 * @param path what an error names
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

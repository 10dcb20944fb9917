/**
 * The finished epochs as the bytes of a tensor, a line of JSON each: a header would soon be too long
 * for its readers, and one text of all of them for a string.
 */
import { setImmediate } from 'node:timers/promises';
import type { EpochRecord } from '../train/history.js';
import { fromExactJson, toExactJson } from './exact-json.js';

/** Name of the tensor. */
export const historyTensor = 'history';
/** Milliseconds after which the event loop gets its turn. */
const patience = 5;
const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Records never change: each is made text once, however many checkpoints hold it. */
const known = new WeakMap<EpochRecord, Uint8Array>();

function lineOf(record: EpochRecord): Uint8Array {
  let line = known.get(record);
  if (line === undefined) known.set(record, (line = Buffer.from(`${toExactJson(record)}\n`)));
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

/** The lines of all records, one after another. */
export async function encodeHistory(history: readonly EpochRecord[]): Promise<Uint8Array> {
  const lines: Uint8Array[] = [];
  await forEachPatiently(history, (record) => {
    lines.push(lineOf(record));
  });
  return Buffer.concat(lines);
}

/** The record of a line, or a SyntaxError. */
function recordOf(line: Uint8Array): EpochRecord {
  const record = fromExactJson(utf8.decode(line));
  if (typeof record === 'object' && record !== null && line.at(-1) === newline)
    return record as EpochRecord;
  throw new SyntaxError('no record of an epoch on a line of its own');
}

/** The record of the last line, or none. */
export function decodeLast(bytes: Uint8Array): EpochRecord[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const before = text.lastIndexOf(newline, -2); // the last one ends the text
  return text.length === 0 ? [] : [recordOf(text.subarray(before + 1))];
}

/** Each with its newline, but for a last one that has none. */
function* linesOf(text: Buffer): Generator<Buffer> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(newline, at) + 1 || text.length;
    yield text.subarray(at, end);
    at = end;
  }
}

/** The records of the lines. */
export async function decodeHistory(bytes: Uint8Array): Promise<EpochRecord[]> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const history: EpochRecord[] = [];
  await forEachPatiently(linesOf(text), (line) => {
    const record = recordOf(line);
    known.set(record, line);
    history.push(record);
  });
  return history;
}

/** Makes UTF-8 of the bytes of a text, in whatever of the known encodings they are. */
import { isUtf8 } from 'node:buffer';
import { ThalwegError } from '../errors.js';
import { type FoundFault, throwFault } from './faults.js';

/** The encodings of texts. A byte order mark has precedence over the option. */
export const encodings: readonly TextEncodingName[] = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
];

/** An encoding of text. */
export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** A text in UTF-8, which begins behind its byte order mark. */
export interface Utf8Text {
  readonly bytes: Uint8Array;
  readonly start: number;
}

function markedEncoding(bytes: Uint8Array): TextEncodingName | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** The characters of windows-1252 from 0x80 on; five bytes mean control characters. */
const windowsCharacters = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Decodes windows-1252. Some versions of Node.js take it for ISO 8859-1. */
function decodeWindows(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return text.replace(/[\x80-\x9f]/g, (c) => windowsCharacters[c.charCodeAt(0) - 0x80]!);
}

function decode(bytes: Uint8Array, encoding: TextEncodingName, name: string): Utf8Text {
  try {
    const isWindows = encoding === 'windows-1252';
    const text = isWindows
      ? decodeWindows(bytes)
      : new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return { bytes: Buffer.from(text), start: 0 };
  } catch (cause) {
    throw new ThalwegError(
      { code: 'ENCODING', path: name, received: 'other bytes', expected: `text in ${encoding}` },
      { cause },
    );
  }
}

/** Returns the place of the first byte that does not belong to UTF-8. */
function firstWrongByte(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  // The longest valid beginning is searched by halves; a cut character is valid up to its start.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    let end = middle;
    for (let back = 0; back < 4 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80; back++)
      end++;
    if (isUtf8(bytes.subarray(0, end))) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Returns a text in UTF-8. A lenient caller gets the replacement character in place of wrong bytes, and their
 * fault.
 *
 * @throws ThalwegError ENCODING, FORMAT
 */
export function toUtf8(
  bytes: Uint8Array,
  encoding: TextEncodingName,
  name: string,
  lenient: boolean,
): Utf8Text & { readonly faults: readonly FoundFault[] } {
  const actual = markedEncoding(bytes) ?? encoding;
  if (actual !== 'utf-8') return { ...decode(bytes, actual, name), faults: [] };
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const start = hasMark ? 3 : 0;
  if (isUtf8(bytes)) return { bytes, start, faults: [] };
  const fault: FoundFault = {
    position: firstWrongByte(bytes),
    received: 'bytes that are not UTF-8',
    expected: 'text in UTF-8',
    remedy: "pass { encoding: 'windows-1252' } or the encoding that it has",
  };
  if (!lenient) throwFault([fault], bytes, name, start);
  // Valid text before the first wrong byte keeps its length, so that the fault's place stays right.
  const repaired = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  return { bytes: repaired, start, faults: [fault] };
}

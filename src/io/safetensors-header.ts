/** Reads the header of a safetensors file strictly, and encodes one. */
import { type ErrorCode, ThalwegError } from '../errors.js';
import { describe, shorten } from '../options.js';
import {
  type SafetensorsType,
  byteLength,
  checkExtents,
  checkType,
  isCount,
} from './safetensors-type.js';
import { JsonReader } from './strict-json.js';

/** One named tensor. */
export interface SafetensorsTensor {
  /** The name: any text but `__metadata__`. */
  readonly name: string;
  /** The type of the elements. */
  readonly dtype: SafetensorsType;
  /** The extents, with the slowest axis first; empty for a single number. */
  readonly shape: readonly number[];
  /** The bytes of the elements. The reader returns a Uint8Array whose offset is a multiple of 8. */
  readonly data: ArrayBufferView;
}

/** The content of a file. */
export interface SafetensorsFile {
  /** The tensors in the order of their data. */
  readonly tensors: readonly SafetensorsTensor[];
  /** The texts under `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The reference implementation has this limit, too: a longer header is an attack or damage. */
const largestHeader = 100_000_000;

/** Throws an error of these parts. */
export function refuse(
  code: ErrorCode,
  path: string,
  received: string,
  expected: string,
  remedy = '',
): never {
  throw new ThalwegError({ code, path, received, expected, remedy });
}

/** A tensor in a header, whose bytes are [begin, end) of the data. */
export interface Entry {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parseEntry(name: string, value: unknown, path: string): Entry {
  const where = `${path}: ${shorten(name)}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse('FORMAT', where, 'no object', 'dtype, shape and data_offsets');
  const { dtype: type, shape: extents, data_offsets: offsets, ...rest } = value as Fields;
  const [extra] = Object.keys(rest);
  if (extra !== undefined)
    refuse('FORMAT', where, `the field ${shorten(extra)}`, 'known fields only');
  const dtype = checkType(where, type);
  const shape = checkExtents(where, extents);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    refuse('FORMAT', where, describe(offsets), 'data_offsets [begin, end]');
  const [begin, end] = offsets as [number, number];
  const expected = byteLength(dtype, shape, where);
  if (end - begin !== expected) {
    const wanted = `${expected}, for ${dtype} [${shape.join(', ')}]`;
    refuse('SHAPE', where, `${end - begin} bytes`, wanted);
  }
  return { name, dtype, shape, begin, end };
}

type Fields = Readonly<Record<string, unknown>>;

function parseMetadata(value: unknown, path: string): Record<string, string> {
  if (value === undefined) return {};
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isObject ? Object.entries(value) : undefined;
  if (entries === undefined || !entries.every(([, text]) => typeof text === 'string'))
    refuse('FORMAT', `${path}: __metadata__`, 'other values', 'an object of strings');
  return Object.fromEntries(entries as [string, string][]);
}

/** A parsed header. */
export interface Header {
  /** The tensors in the order of their data. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws LAYOUT for gaps or overlaps between tensors, which come in the order of their data. */
function checkLayout(entries: readonly Entry[], path: string): void {
  let at = 0;
  for (const [i, { name, begin, end }] of entries.entries()) {
    if (begin !== at) {
      const kind = begin > at ? 'a hole' : 'an overlap';
      const before = shorten(entries[i - 1]?.name ?? 'the header');
      const found = `${kind} between ${before} and ${shorten(name)}`;
      refuse('LAYOUT', path, found, 'tensors without gaps');
    }
    at = end;
  }
}

function headerOf(json: Fields, path: string): Header {
  const metadata = parseMetadata(json['__metadata__'], path);
  const entries = Object.keys(json)
    .filter((name) => name !== '__metadata__')
    .map((name) => parseEntry(name, json[name], path))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, path);
  return { entries, metadata };
}

/** Checks the bytes of a header while they are read, and throws at the first wrong one. */
export class HeaderReader {
  readonly #path: string;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #json: JsonReader;
  #begun = false;

  /** `path` names the file in errors. */
  constructor(path: string) {
    this.#path = path;
    this.#json = new JsonReader(path);
  }

  /** Scans the next bytes; throws ENCODING, FORMAT, DEPTH, OVERFLOW or DUPLICATE. */
  feed(bytes: Uint8Array): void {
    if (!this.#begun && bytes.length > 0 && bytes[0] !== 0x7b)
      refuse('FORMAT', this.#path, 'a header without {', 'a JSON object');
    this.#begun ||= bytes.length > 0;
    this.#json.feed(this.#decode(bytes, true));
  }

  /** Parses the whole header of a file of `size` bytes, whose data begins at `start`. */
  header(start: number, size: number): Header {
    this.#json.feed(this.#decode(new Uint8Array(), false));
    const header = headerOf(this.#json.value() as Fields, this.#path);
    const end = start + (header.entries.at(-1)?.end ?? 0);
    if (size < end) refuse('TRUNCATED', this.#path, `${size} bytes`, `${end} bytes`);
    if (size > end) refuse('LAYOUT', this.#path, `${size} bytes`, `${end} bytes`);
    return header;
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream });
    } catch {
      refuse('ENCODING', this.#path, 'invalid UTF-8', 'a header in UTF-8');
    }
  }
}

function checkLength(length: number, path: string): void {
  if (length > largestHeader)
    refuse('HEADER_LIMIT', path, `a header of ${length} bytes`, `at most ${largestHeader}`);
}

/**
 * Returns the number of bytes of a file's head, which is the length and the header. It checks the number
 * before anybody allocates memory for it.
 *
 * @param prefix the first 8 bytes of the file, or all where there are fewer
 * @param size the number of bytes of the file
 * @throws ThalwegError TRUNCATED, HEADER_LIMIT
 */
export function headBytes(prefix: Uint8Array, size: number, path: string): number {
  if (size < 8) refuse('TRUNCATED', path, `${size} bytes`, 'at least 8 bytes');
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const length = Number(view.getBigUint64(0, true));
  checkLength(length, path);
  if (8 + length > size)
    refuse('TRUNCATED', path, `${size} bytes`, `a header that ends at ${8 + length}`);
  return 8 + length;
}

/** Parses the head of a file, whose `size` must be exactly that of the head and the tensors. */
export function parseHead(head: Uint8Array, size: number, path: string): Header {
  const reader = new HeaderReader(path);
  reader.feed(head.subarray(8));
  return reader.header(head.length, size);
}

/**
 * Returns the beginning of a file: the length of the header, and the header. Padding lets the data begin
 * at a multiple of `alignment`. The tensors keep their order.
 *
 * @throws ThalwegError DUPLICATE; HEADER_LIMIT or OVERFLOW where no reader would accept the header
 */
export function encodeHeader(
  tensors: readonly Pick<Entry, 'name' | 'dtype' | 'shape'>[],
  metadata: Readonly<Record<string, string>>,
  alignment = 8,
): Uint8Array {
  const header = new Map<string, unknown>([['__metadata__', metadata]]);
  let at = 0;
  for (const { name, dtype, shape } of tensors) {
    if (header.has(name)) refuse('DUPLICATE', shorten(name), 'the name twice', 'each name once');
    const end = at + byteLength(dtype, shape, shorten(name));
    if (!Number.isSafeInteger(end))
      refuse('OVERFLOW', shorten(name), `${end} bytes`, 'fewer than 2^53');
    header.set(name, { dtype, shape, data_offsets: [at, end] });
    at = end;
  }
  const fields = [...header].map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  const json = `{${fields.join(',')}}`;
  new JsonReader('header').feed(json); // a reader has the same limits
  const text = new TextEncoder().encode(json);
  const length = Math.ceil((8 + text.length) / alignment) * alignment - 8;
  checkLength(length, 'header');
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

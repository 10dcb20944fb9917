/** The header of a safetensors file: types, a strict parser, and what makes one. */
import { type ErrorCode, ThalwegError } from '../errors.js';
import { parseStrictJson } from './strict-json.js';

/** Element types; the data is raw little-endian bytes. */
export type SafetensorsType =
  | 'BOOL'
  | 'U8'
  | 'I8'
  | 'I16'
  | 'U16'
  | 'F16'
  | 'BF16'
  | 'I32'
  | 'U32'
  | 'F32'
  | 'F64'
  | 'I64'
  | 'U64';

/** Bytes of an element. */
export const elementBytes: Readonly<Record<SafetensorsType, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

/** One named tensor. */
export interface SafetensorsTensor {
  /** Any text but `__metadata__`. */
  readonly name: string;
  /** Type of the elements. */
  readonly dtype: SafetensorsType;
  /** Extents, the slowest first; empty for a single number. */
  readonly shape: readonly number[];
  /** The elements' bytes; when reading, a Uint8Array at a multiple of 8 of its buffer. */
  readonly data: ArrayBufferView;
}

/** What a file holds. */
export interface SafetensorsFile {
  /** In the order of their data. */
  readonly tensors: readonly SafetensorsTensor[];
  /** What stood under `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** As the reference implementation: a longer header is an attack or damage. */
const largestHeader = 100_000_000;

/** Throws. */
export function refuse(
  code: ErrorCode,
  path: string,
  received: string,
  expected: string,
  remedy = '',
): never {
  throw new ThalwegError({ code, path, received, expected, remedy });
}

/** Bytes of a tensor of this type and shape. */
export function byteLength(dtype: SafetensorsType, shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, elementBytes[dtype]);
}

/** A tensor in a header; its bytes are [begin, end) of the data. */
export interface Entry {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** JSON can say -0, which other readers refuse, too. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

function parseEntry(name: string, value: unknown, path: string): Entry {
  const where = `${path}: ${name}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse('FORMAT', where, 'no object', 'dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: offsets, ...rest } = value as Record<string, unknown>;
  const [extra] = Object.keys(rest);
  if (extra !== undefined) refuse('FORMAT', where, `the field ${extra}`, 'known fields only');
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype))
    refuse('DTYPE', where, String(dtype), Object.keys(elementBytes).join(', '));
  if (!Array.isArray(shape) || !shape.every(isCount))
    refuse('SHAPE', where, JSON.stringify(shape) ?? 'nothing', 'a list of extents');
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    refuse('FORMAT', where, JSON.stringify(offsets) ?? 'nothing', 'data_offsets [begin, end]');
  const [begin = 0, end = 0] = offsets;
  const type = dtype as SafetensorsType;
  const expected = byteLength(type, shape);
  if (!Number.isSafeInteger(expected))
    refuse('OVERFLOW', where, `shape [${shape.join(', ')}]`, 'fewer than 2^53 bytes');
  if (end - begin !== expected)
    refuse(
      'SHAPE',
      where,
      `${end - begin} bytes`,
      `${expected}, for ${dtype} [${shape.join(', ')}]`,
    );
  return { name, dtype: type, shape, begin, end };
}

function parseMetadata(value: unknown, path: string): Record<string, string> {
  if (value === undefined) return {};
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
  if (entries === undefined || !entries.every(([, text]) => typeof text === 'string'))
    refuse('FORMAT', `${path}: __metadata__`, 'other values', 'an object of strings');
  return Object.fromEntries(entries as [string, string][]);
}

/** What a header says. */
export interface Header {
  /** In the order of their data. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The entries of a header in file order; holes and overlaps are refused. */
function parseHeader(bytes: Uint8Array, path: string): Header {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    refuse('ENCODING', path, 'invalid UTF-8', 'a header in UTF-8');
  }
  if (!text.startsWith('{')) refuse('FORMAT', path, 'a header without {', 'a JSON object');
  const header = parseStrictJson(text, path) as Record<string, unknown>;
  const metadata = parseMetadata(header['__metadata__'], path);
  const entries = Object.keys(header)
    .filter((name) => name !== '__metadata__')
    .map((name) => parseEntry(name, header[name], path))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const [i, { name, begin, end }] of entries.entries()) {
    if (begin !== at) {
      const kind = begin > at ? 'a hole' : 'an overlap';
      const before = entries[i - 1]?.name ?? 'the header';
      refuse('LAYOUT', path, `${kind} between ${before} and ${name}`, 'tensors without gaps');
    }
    at = end;
  }
  return { entries, metadata };
}

function checkLength(length: number, path: string): void {
  if (length > largestHeader)
    refuse('HEADER_LIMIT', path, `a header of ${length} bytes`, `at most ${largestHeader}`);
}

/**
 * Bytes of a file's head, its length and its header, before memory is taken for them.
 *
 * @param prefix the first 8 bytes of the file, or all there are
 * @param size bytes of the file
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

/** What a head says of a file of `size` bytes, which must be its tensors' and no more. */
export function parseHead(head: Uint8Array, size: number, path: string): Header {
  const header = parseHeader(head.subarray(8), path);
  const end = head.length + (header.entries.at(-1)?.end ?? 0);
  if (size < end) refuse('TRUNCATED', path, `${size} bytes`, `${end} bytes`);
  if (size > end) refuse('LAYOUT', path, `${size} bytes`, `${end} bytes`);
  return header;
}

/**
 * The beginning of a file: the header's length, and the header, padded so that the data begins at a
 * multiple of `alignment`. Tensors come in the given order.
 *
 * @throws ThalwegError DUPLICATE, DTYPE; HEADER_LIMIT where no reader would take it
 */
export function encodeHeader(
  tensors: readonly Pick<Entry, 'name' | 'dtype' | 'shape'>[],
  metadata: Readonly<Record<string, string>>,
  alignment = 8,
): Uint8Array {
  const header = new Map<string, unknown>([['__metadata__', metadata]]);
  let at = 0;
  for (const { name, dtype, shape } of tensors) {
    if (header.has(name)) refuse('DUPLICATE', name, 'the name twice', 'each name once');
    if (!Object.hasOwn(elementBytes, dtype))
      refuse('DTYPE', name, dtype, Object.keys(elementBytes).join(', '));
    const end = at + byteLength(dtype, shape);
    header.set(name, { dtype, shape, data_offsets: [at, end] });
    at = end;
  }
  const json = [...header].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const text = new TextEncoder().encode(`{${json.join(',')}}`);
  const length = Math.ceil((8 + text.length) / alignment) * alignment - 8;
  checkLength(length, 'header');
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

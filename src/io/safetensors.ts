/** The safetensors format: a strict reader and an atomic writer. */
import { type FileHandle, open } from 'node:fs/promises';
import { type ErrorCode, ThalwegError } from '../errors.js';
import { writeAtomically } from './atomic.js';
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

const elementBytes: Readonly<Record<SafetensorsType, number>> = {
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

function refuse(
  code: ErrorCode,
  path: string,
  received: string,
  expected: string,
  remedy = '',
): never {
  throw new ThalwegError({ code, path, received, expected, remedy });
}

/** Bytes of a tensor of this type and shape. */
function byteLength(dtype: SafetensorsType, shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, elementBytes[dtype]);
}

interface Entry {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
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

/** The entries of a header in file order; holes and overlaps are refused. */
function parseHeader(
  bytes: Uint8Array,
  path: string,
): { entries: Entry[]; metadata: Record<string, string> } {
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

/** Bytes of one read: Node.js aborts the process where it is asked for 2 GiB or more at once. */
const largestRead = 2 ** 30;

async function readExactly(handle: FileHandle, at: number, length: number, path: string) {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = Math.min(length - done, largestRead);
    const { bytesRead } = await handle.read(bytes, done, count, at + done);
    if (bytesRead === 0) refuse('TRUNCATED', path, `${at + done} bytes`, `${at + length} bytes`);
    done += bytesRead;
  }
  return bytes;
}

/**
 * Reads a whole file. Every size is checked against the file before memory is taken.
 *
 * @throws ThalwegError MISSING, UNSAFE_PATH, TRUNCATED, HEADER_LIMIT, FORMAT, ENCODING, DEPTH,
 * DUPLICATE, DTYPE, SHAPE, OVERFLOW, LAYOUT
 */
export async function readSafetensors(file: string): Promise<SafetensorsFile> {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const { O_RDONLY, O_NONBLOCK } = (await import('node:fs')).constants;
  const handle = await open(file, O_RDONLY | O_NONBLOCK).catch((cause: unknown) => {
    throw new ThalwegError(
      { code: 'MISSING', path: file, received: 'no readable file', expected: 'a safetensors file' },
      { cause },
    );
  });
  try {
    const status = await handle.stat();
    if (!status.isFile()) refuse('UNSAFE_PATH', file, 'no regular file', 'a regular file');
    if (status.size < 8) refuse('TRUNCATED', file, `${status.size} bytes`, 'at least 8 bytes');
    const prefix = await readExactly(handle, 0, 8, file);
    const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
    if (length > largestHeader)
      refuse('HEADER_LIMIT', file, `a header of ${length} bytes`, `at most ${largestHeader}`);
    if (8 + length > status.size)
      refuse('TRUNCATED', file, `${status.size} bytes`, `a header that ends at ${8 + length}`);
    const header = parseHeader(await readExactly(handle, 8, length, file), file);
    const end = 8 + length + (header.entries.at(-1)?.end ?? 0);
    if (status.size < end) refuse('TRUNCATED', file, `${status.size} bytes`, `${end} bytes`);
    if (status.size > end) refuse('LAYOUT', file, `${status.size} bytes`, `${end} bytes`);
    const tensors: SafetensorsTensor[] = [];
    for (const { name, dtype, shape, begin, end } of header.entries) {
      const data = await readExactly(handle, 8 + length + begin, end - begin, file);
      tensors.push({ name, dtype, shape, data });
    }
    return { tensors, metadata: header.metadata };
  } finally {
    await handle.close();
  }
}

/**
 * Writes tensors in the given order, atomically.
 *
 * @param metadata strings, kept under `__metadata__`
 * @throws ThalwegError DUPLICATE, DTYPE, SHAPE, NO_SPACE, MISSING; or another error of the file system.
 * What was there before stays then
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly SafetensorsTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header = new Map<string, unknown>([['__metadata__', metadata]]);
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const { name, dtype, shape, data } of tensors) {
    if (header.has(name)) refuse('DUPLICATE', name, 'the name twice', 'each name once');
    if (!Object.hasOwn(elementBytes, dtype))
      refuse('DTYPE', name, dtype, Object.keys(elementBytes).join(', '));
    const expected = byteLength(dtype, shape);
    if (data.byteLength !== expected)
      refuse('SHAPE', name, `${data.byteLength} bytes`, `${expected}, for its shape`);
    header.set(name, { dtype, shape, data_offsets: [at, at + expected] });
    at += expected;
    chunks.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const json = [...header].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const text = new TextEncoder().encode(`{${json.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, BigInt(padded.length), true);
  await writeAtomically(file, [prefix, padded, ...chunks]);
}

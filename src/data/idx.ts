/** The IDX format of MNIST: a strict reader. */
import { gunzipSync } from 'node:zlib';
import { type ErrorCode, ThalwegError } from '../errors.js';
import { withRegularFile } from '../io/regular-file.js';

/** Element types that IDX knows and this reader takes. */
export type IdxArray =
  Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** What an IDX file holds. */
export interface IdxTensor {
  /** Extents, the slowest first. */
  readonly shape: readonly number[];
  /** The elements in row-major order, in an array of their own. */
  readonly data: IdxArray;
}

interface ElementType {
  readonly bytes: number;
  read(view: DataView, offset: number, count: number): IdxArray;
}

function big(
  create: (count: number) => IdxArray,
  bytes: number,
  get: (view: DataView, at: number) => number,
): ElementType {
  return {
    bytes,
    read(view, offset, count) {
      const array = create(count);
      for (let i = 0; i < count; i++) array[i] = get(view, offset + i * bytes);
      return array;
    },
  };
}

/** By the code in the file's third byte; numbers are big-endian. */
const types: ReadonlyMap<number, ElementType> = new Map([
  [
    0x08,
    big(
      (n) => new Uint8Array(n),
      1,
      (view, at) => view.getUint8(at),
    ),
  ],
  [
    0x09,
    big(
      (n) => new Int8Array(n),
      1,
      (view, at) => view.getInt8(at),
    ),
  ],
  [
    0x0b,
    big(
      (n) => new Int16Array(n),
      2,
      (view, at) => view.getInt16(at),
    ),
  ],
  [
    0x0c,
    big(
      (n) => new Int32Array(n),
      4,
      (view, at) => view.getInt32(at),
    ),
  ],
  [
    0x0d,
    big(
      (n) => new Float32Array(n),
      4,
      (view, at) => view.getFloat32(at),
    ),
  ],
  [
    0x0e,
    big(
      (n) => new Float64Array(n),
      8,
      (view, at) => view.getFloat64(at),
    ),
  ],
]);

function refuse(code: ErrorCode, path: string, received: string, expected: string): never {
  throw new ThalwegError({ code, path, received, expected });
}

/**
 * Parses the bytes of an IDX file. Sizes are checked before memory is taken.
 *
 * @param bytes not gzipped
 * @param path names them in errors. Default `idx`
 * @throws ThalwegError FORMAT, TRUNCATED
 */
export function parseIdx(bytes: Uint8Array, path = 'idx'): IdxTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) refuse('TRUNCATED', path, `${bytes.length} bytes`, 'a header of 4 bytes');
  const magic = view.getUint32(0);
  const type = types.get((magic >> 8) & 0xff);
  if (magic >>> 16 !== 0 || type === undefined)
    refuse('FORMAT', path, `magic 0x${magic.toString(16).padStart(8, '0')}`, 'magic 0x00000Trr');
  const rank = magic & 0xff;
  const header = 4 + 4 * rank;
  if (bytes.length < header)
    refuse('TRUNCATED', path, `${bytes.length} bytes`, `a header of ${header} bytes`);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const count = shape.includes(0) ? 0 : shape.reduce((product, extent) => product * extent, 1);
  const expected = header + count * type.bytes;
  const whole = `${expected} bytes, for shape [${shape.join(', ')}]`;
  if (bytes.length < expected) refuse('TRUNCATED', path, `${bytes.length} bytes`, whole);
  if (bytes.length > expected) refuse('FORMAT', path, `${bytes.length} bytes`, whole);
  if (type.bytes === 1 && (magic >> 8) % 0x100 === 0x08)
    return { shape, data: Uint8Array.from(bytes.subarray(header)) };
  return { shape, data: type.read(view, header, count) };
}

/**
 * Reads an IDX file, gzipped or not, of less than 2 GiB unpacked.
 *
 * @throws ThalwegError (as a rejection) FORMAT, TRUNCATED, OVERFLOW, MISSING, PERMISSION, UNSAFE_PATH; or
 * another error of the file system
 */
export async function idx(file: string): Promise<IdxTensor> {
  const bytes = await withRegularFile(file, 'an IDX file', ({ handle, size }) => {
    if (size >= largest) refuse('OVERFLOW', file, `${size} bytes`, `fewer than ${largest}`);
    return handle.readFile();
  });
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parseIdx(gzipped ? unzip(bytes, file) : bytes, file);
}

/** No file of so many bytes is read, which is as far as Node.js goes, nor unpacked: archives may explode. */
const largest = 2 ** 31;

function unzip(bytes: Buffer, file: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: largest - 1 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      refuse('OVERFLOW', file, 'more bytes unpacked', `fewer than ${largest}`);
    throw new ThalwegError(
      { code: 'FORMAT', path: file, received: 'damaged gzip data', expected: 'an IDX file' },
      { cause },
    );
  }
}

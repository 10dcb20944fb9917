/** A strict reader of the IDX format, in which MNIST is published. */
import type { FileHandle } from 'node:fs/promises';
import { type ZlibOptions, createGunzip } from 'node:zlib';
import { bytesOf } from '../arrays.js';
import { type ErrorCode, ThalwegError } from '../errors.js';
import { checkRoom } from '../io/memory.js';
import { type RegularFile, withRegularFile } from '../io/regular-file.js';
import { describe } from '../options.js';
import { type IdxArray, IdxElements, type IdxType, idxTypes } from './idx-elements.js';

export type { IdxArray } from './idx-elements.js';

/** The content of an IDX file. */
export interface IdxTensor {
  /** The extents, with the slowest axis first. */
  readonly shape: readonly number[];
  /** The elements in row-major order; the array shares no memory with others. */
  readonly data: IdxArray;
}

function refuse(code: ErrorCode, path: string, received: string, expected: string): never {
  throw new ThalwegError({ code, path, received, expected });
}

/** The parsed header of a file. */
interface Header {
  readonly type: IdxType;
  readonly shape: readonly number[];
  /** The number of elements. */
  readonly count: number;
  /** The number of bytes of the header. */
  readonly start: number;
  /** The number of bytes of the whole file. */
  readonly end: number;
}

/** The number of bytes of the longest header: the magic number and 255 extents. */
const longestHeader = 4 + 4 * 255;

/** Parses the header from the first bytes of a file; throws TRUNCATED where they are too few. */
function readHeader(bytes: Uint8Array, path: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) refuse('TRUNCATED', path, `${bytes.length} bytes`, 'a header of 4 bytes');
  const magic = view.getUint32(0);
  const type = idxTypes.get((magic >> 8) & 0xff);
  if (magic >>> 16 !== 0 || type === undefined)
    refuse('FORMAT', path, `magic 0x${magic.toString(16).padStart(8, '0')}`, 'magic 0x00000Trr');
  const rank = magic & 0xff;
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    refuse('TRUNCATED', path, `${bytes.length} bytes`, `a header of ${start} bytes`);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const count = shape.includes(0) ? 0 : shape.reduce((product, extent) => product * extent, 1);
  return { type, shape, count, start, end: start + count * type.bytes };
}

/** Throws TRUNCATED or FORMAT where `length` differs from the number of bytes that the header implies. */
function checkLength({ shape, end }: Header, length: number, path: string): void {
  const whole = `${end} bytes, for shape [${shape.join(', ')}]`;
  if (length < end) refuse('TRUNCATED', path, `${length} bytes`, whole);
  if (length > end) refuse('FORMAT', path, `${length} bytes`, whole);
}

/**
 * Parses the bytes of an IDX file. It checks sizes before it allocates memory.
 *
 * @param bytes the bytes of the file, not gzipped
 * @param path the name of the bytes in errors. Default `idx`
 * @throws ThalwegError FORMAT, TRUNCATED, TYPE, DETACHED, RESIZABLE, MEMORY
 */
export function parseIdx(bytes: Uint8Array, path = 'idx'): IdxTensor {
  if (typeof path !== 'string') refuse('TYPE', 'path', describe(path), 'text');
  const given = bytesOf('bytes', bytes);
  const header = readHeader(given, path);
  checkLength(header, given.length, path);
  const elements = new IdxElements(header.type, header.count, path);
  elements.take(given.subarray(header.start));
  return { shape: header.shape, data: elements.array() };
}

/** Fills an array with the next bytes of a file, and returns how many there were. */
type Fill = (target: Uint8Array) => Promise<number>;

function fillFrom(handle: FileHandle): Fill {
  let position = 0;
  return async (target) => {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await handle.read(target, done, target.length - done, position);
      if (bytesRead === 0) break;
      done += bytesRead;
      position += bytesRead;
    }
    return done;
  };
}

function fillFromChunks(source: AsyncIterable<Buffer>): Fill {
  const chunks = source[Symbol.asyncIterator]();
  let chunk: Buffer = Buffer.alloc(0);
  return async (target) => {
    let done = 0;
    while (done < target.length) {
      if (chunk.length === 0) {
        const next = await chunks.next();
        if (next.done === true) break;
        chunk = next.value;
      }
      const count = Math.min(chunk.length, target.length - done);
      target.set(chunk.subarray(0, count), done);
      chunk = chunk.subarray(count);
      done += count;
    }
    return done;
  };
}

/** The number of bytes that are read and byte-swapped at a time; a multiple of every element's size. */
const mostAtOnce = 2 ** 20;

/** Reads a header, which `checkSize` may refuse, and then as many elements as the header says. */
async function read(
  fill: Fill,
  checkSize: (header: Header) => void,
  path: string,
): Promise<IdxTensor> {
  const first = Buffer.alloc(longestHeader);
  let known = await fill(first.subarray(0, 4));
  if (known === 4) known += await fill(first.subarray(4, 4 + 4 * first[3]!));
  const header = readHeader(first.subarray(0, known), path);
  checkSize(header);
  checkRoom(header.end, path);
  const elements = new IdxElements(header.type, header.count, path);
  while (elements.filled < elements.length) {
    const room = elements.room(mostAtOnce);
    const count = await fill(room);
    if (count < room.length) checkLength(header, known + elements.filled + count, path);
    elements.advance(count);
  }
  if ((await fill(Buffer.alloc(1))) > 0)
    refuse('FORMAT', path, 'more bytes', `${header.end}, for shape [${header.shape.join(', ')}]`);
  return { shape: header.shape, data: elements.array() };
}

/** The greatest compression ratio of deflate, which packs at most 258 bytes in 2 bits. */
const greatestRatio = 1032;

async function readGzipped({ handle, size }: RegularFile, path: string): Promise<IdxTensor> {
  const checkSize = ({ end }: Header): void => {
    if (end > size * greatestRatio)
      refuse(
        'TRUNCATED',
        path,
        `${size} gzipped bytes`,
        `gzipped data that unpacks to ${end} bytes`,
      );
  };
  const packed = handle.createReadStream({ start: 0, autoClose: false });
  // Zeros behind the data, which tapes leave, end the stream early: it must outlive its end until all is read.
  const unpacked = createGunzip({ autoDestroy: false } as ZlibOptions);
  packed.on('error', (error) => unpacked.destroy(error));
  try {
    return await read(fillFromChunks(packed.pipe(unpacked)), checkSize, path);
  } catch (cause) {
    if (!(cause as NodeJS.ErrnoException).code?.startsWith('Z_')) throw cause;
    throw new ThalwegError(
      { code: 'FORMAT', path, received: 'damaged gzip data', expected: 'an IDX file' },
      { cause },
    );
  } finally {
    unpacked.destroy();
    packed.destroy();
  }
}

/**
 * Reads an IDX file, gzipped or not. It allocates memory only where the file is long enough for the
 * shape in its header. A gzipped file is unpacked no further than the header's size.
 *
 * @throws ThalwegError (as a rejection) FORMAT, TRUNCATED, MEMORY, MISSING, PERMISSION, UNSAFE_PATH; or
 * another error of the file system
 */
export async function idx(file: string): Promise<IdxTensor> {
  return withRegularFile(file, 'an IDX file', async (opened) => {
    const { handle, size } = opened;
    const { buffer: magic } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (magic[0] === 0x1f && magic[1] === 0x8b) return readGzipped(opened, file);
    const checkSize = (header: Header): void => {
      checkLength(header, size, file);
    };
    return read(fillFrom(handle), checkSize, file);
  });
}

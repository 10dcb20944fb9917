/** The safetensors format: a strict reader and an atomic writer. */
import type { FileHandle } from 'node:fs/promises';
import { checkPath } from '../options.js';
import { writeAtomically } from './atomic.js';
import { type RegularFile, withRegularFile } from './regular-file.js';
import {
  type Header,
  type SafetensorsFile,
  type SafetensorsTensor,
  byteLength,
  encodeHeader,
  headBytes,
  parseHead,
  refuse,
} from './safetensors-header.js';

/** Bytes of one read: Node.js aborts the process where it is asked for 2 GiB or more at once. */
const largestRead = 2 ** 30;

/** Fills `bytes` from position `at` of the file, or TRUNCATED. */
export async function readInto(
  handle: FileHandle,
  bytes: Uint8Array,
  at: number,
  path: string,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const count = Math.min(bytes.length - done, largestRead);
    const { bytesRead } = await handle.read(bytes, done, count, at + done);
    if (bytesRead === 0)
      refuse('TRUNCATED', path, `${at + done} bytes`, `${at + bytes.length} bytes`);
    done += bytesRead;
  }
}

async function readExactly(handle: FileHandle, at: number, length: number, path: string) {
  const bytes = new Uint8Array(length);
  await readInto(handle, bytes, at, path);
  return bytes;
}

/** A file whose header has been read. */
export interface OpenSafetensors extends Header {
  readonly handle: FileHandle;
  /** The length and the header, as they stand in the file. */
  readonly head: Uint8Array;
}

async function readHead({ handle, size }: RegularFile, file: string): Promise<OpenSafetensors> {
  const prefix = await readExactly(handle, 0, Math.min(8, size), file);
  const head = await readExactly(handle, 0, headBytes(prefix, size, file), file);
  return { ...parseHead(head, size, file), handle, head };
}

/**
 * Opens a file, reads its header, and closes it after `body`. Every size is checked against the file
 * before memory is taken.
 *
 * @param flags besides O_RDONLY and O_NONBLOCK
 * @throws ThalwegError as {@link readSafetensors}, and what `body` throws
 */
export async function withSafetensors<T>(
  file: string,
  body: (open: OpenSafetensors) => Promise<T>,
  flags = 0,
): Promise<T> {
  const read = async (opened: RegularFile): Promise<T> => body(await readHead(opened, file));
  return withRegularFile(file, 'a safetensors file', read, flags);
}

/**
 * Reads a whole file. Every size is checked against the file before memory is taken.
 *
 * @throws ThalwegError MISSING, PERMISSION, UNSAFE_PATH, TRUNCATED, HEADER_LIMIT, FORMAT, ENCODING,
 * DEPTH, DUPLICATE, DTYPE, SHAPE, OVERFLOW, LAYOUT
 */
export async function readSafetensors(file: string): Promise<SafetensorsFile> {
  return withSafetensors(file, async ({ handle, head, entries, metadata }) => {
    const tensors: SafetensorsTensor[] = [];
    for (const { name, dtype, shape, begin, end } of entries) {
      const data = await readExactly(handle, head.length + begin, end - begin, file);
      tensors.push({ name, dtype, shape, data });
    }
    return { tensors, metadata };
  });
}

/**
 * Writes tensors in the given order, atomically.
 *
 * @param metadata strings, kept under `__metadata__`
 * @throws ThalwegError DUPLICATE, DTYPE, SHAPE, HEADER_LIMIT, NO_SPACE, MISSING, PERMISSION; or another error of the
 * file system. What was there before stays then
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly SafetensorsTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  checkPath('file', file);
  const head = encodeHeader(tensors, metadata);
  const chunks = tensors.map(({ name, dtype, shape, data }) => {
    const expected = byteLength(dtype, shape);
    if (data.byteLength !== expected)
      refuse('SHAPE', name, `${data.byteLength} bytes`, `${expected}, for its shape`);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  });
  await writeAtomically(file, [head, ...chunks]);
}

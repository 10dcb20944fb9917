/** The safetensors format: a strict reader and an atomic writer. */
import type { FileHandle } from 'node:fs/promises';
import { checkOptions, checkPath, describe, isArray, shorten, suggestion } from '../options.js';
import { throughLinks, writeAtomically } from './atomic.js';
import { floatBytes, isFloat, toFloat32 } from './float-numbers.js';
import { checkRoom, newBytes } from './memory.js';
import { type RegularFile, withRegularFile } from './regular-file.js';
import {
  type Entry,
  type Header,
  HeaderReader,
  type SafetensorsFile,
  type SafetensorsTensor,
  encodeHeader,
  headBytes,
  refuse,
} from './safetensors-header.js';
import { type CheckedTensor, checkMetadata, checkTensors } from './safetensors-input.js';

/** The most bytes of one read, because Node.js aborts the process at 2 GiB or more. */
const largestRead = 2 ** 30;

/** Fills `bytes` from position `at` of the file, or throws TRUNCATED. */
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
  const bytes = newBytes(length, path);
  await readInto(handle, bytes, at, path);
  return bytes;
}

/** A file whose header has been read. */
export interface OpenSafetensors extends Header {
  readonly handle: FileHandle;
  /** The bytes of the header's length and of the header. */
  readonly head: Uint8Array;
}

/** The number of bytes of a header that are read and checked at a time. */
const headerPiece = 2 ** 20;

async function readHead({ handle, size }: RegularFile, file: string): Promise<OpenSafetensors> {
  const prefix = await readExactly(handle, 0, Math.min(8, size), file);
  const head = newBytes(headBytes(prefix, size, file), file);
  head.set(prefix);
  const reader = new HeaderReader(file);
  for (let at = 8; at < head.length; at += headerPiece) {
    const piece = head.subarray(at, at + headerPiece);
    await readInto(handle, piece, at, file);
    reader.feed(piece);
  }
  return { ...reader.header(head.length, size), handle, head };
}

/**
 * Opens a file, reads its header, and closes it after `body`. It checks every size against the file
 * before it allocates memory.
 *
 * @param flags more flags than O_RDONLY and O_NONBLOCK
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

/** The bytes of a tensor that are read and converted at a time; a multiple of every element's size. */
const floatPiece = 2 ** 20;

/**
 * Reads a tensor of a floating-point type as float32.
 *
 * @param values an array with one number for each element, which is filled
 * @throws ThalwegError TRUNCATED; RANGE at a finite double beyond float32
 */
export async function readFloats(
  { handle, head }: OpenSafetensors,
  { name, dtype, begin, end }: Entry,
  values: Float32Array,
  file: string,
): Promise<void> {
  const path = `${file}: ${shorten(name)}`;
  if (!isFloat(dtype)) refuse('DTYPE', path, dtype, 'F32, F64, F16 or BF16');
  const buffer = newBytes(Math.min(floatPiece, end - begin), path);
  for (let at = begin; at < end; at += floatPiece) {
    const piece = buffer.subarray(0, Math.min(floatPiece, end - at));
    await readInto(handle, piece, head.length + at, file);
    toFloat32(dtype, piece, { values, at: (at - begin) / floatBytes[dtype], path });
  }
}

/** Options of {@link readSafetensors}. */
export interface ReadSafetensorsOptions {
  /** The names of the tensors to read; no byte of the others is read. Default: all. */
  readonly names?: readonly string[];
}

/** Returns the entries with the given names; throws MISSING where the file lacks one. */
function wanted(entries: readonly Entry[], names: unknown, file: string): readonly Entry[] {
  if (names === undefined) return entries;
  if (!isArray(names)) refuse('TYPE', 'names', describe(names), 'an array of tensor names');
  const known = new Set(entries.map(({ name }) => name));
  for (const name of names) {
    if (typeof name !== 'string') refuse('TYPE', 'names', describe(name), 'names of tensors');
    if (!known.has(name))
      refuse(
        'MISSING',
        file,
        `no tensor ${describe(name)}`,
        'this tensor',
        suggestion(name, [...known]),
      );
  }
  const asked = new Set(names);
  return entries.filter(({ name }) => asked.has(name));
}

/**
 * Reads a file, or some of its tensors. It checks every size against the file, and against the memory
 * of the machine, before it allocates memory.
 *
 * @throws ThalwegError MISSING, PERMISSION, UNSAFE_PATH, TRUNCATED, HEADER_LIMIT, FORMAT, ENCODING,
 * DEPTH, DUPLICATE, DTYPE, SHAPE, RANK, OVERFLOW, LAYOUT, MEMORY, TYPE, UNKNOWN_OPTION
 * @example
 * const { tensors } = await io.readSafetensors('large.safetensors', { names: ['dense1.weight'] });
 */
export async function readSafetensors(
  file: string,
  options: ReadSafetensorsOptions = {},
): Promise<SafetensorsFile> {
  const { names } = checkOptions('readSafetensors', options, ['names']);
  return withSafetensors(file, async ({ handle, head, entries, metadata }) => {
    const chosen = wanted(entries, names, file);
    checkRoom(
      chosen.reduce((sum, { begin, end }) => sum + end - begin, 0),
      file,
      'name the tensors that are needed: { names: […] }',
    );
    const tensors: SafetensorsTensor[] = [];
    for (const { name, dtype, shape, begin, end } of chosen) {
      const data = await readExactly(handle, head.length + begin, end - begin, file);
      tensors.push({ name, dtype, shape, data });
    }
    return { tensors, metadata };
  });
}

/** The checked content of a file to write. */
interface Checked {
  readonly head: Uint8Array;
  readonly tensors: readonly CheckedTensor[];
}

function check(tensors: unknown, metadata: unknown): Checked {
  const checked = checkTensors(tensors);
  return { head: encodeHeader(checked, checkMetadata(metadata)), tensors: checked };
}

/**
 * Writes tensors in the given order, atomically. Their data is copied before the call returns, so that
 * the arrays may change at once. A replaced file keeps its access rights, and a symbolic link its target.
 *
 * @param metadata texts, which are written under `__metadata__`
 * @throws ThalwegError TYPE, DUPLICATE, DTYPE, SHAPE, RANK, OVERFLOW, ENCODING, RESIZABLE, DETACHED,
 * HEADER_LIMIT, MEMORY, NO_SPACE, MISSING, PERMISSION; or another error of the file system. A present
 * file then stays as it was
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly SafetensorsTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  checkPath('file', file);
  const { head, tensors: checked } = check(tensors, metadata);
  const copies = checked.map(({ bytes }) => {
    const copy = newBytes(bytes.length, 'tensors');
    copy.set(bytes);
    return copy;
  });
  await writeAtomically(await throughLinks(file), [head, ...copies]);
}

/** Does the work of {@link writeSafetensors} without copies; nobody may change the arrays meanwhile. */
export async function writeOwnSafetensors(
  file: string,
  tensors: readonly SafetensorsTensor[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const { head, tensors: checked } = check(tensors, metadata);
  await writeAtomically(await throughLinks(file), [head, ...checked.map(({ bytes }) => bytes)]);
}

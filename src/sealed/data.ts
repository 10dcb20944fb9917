/** The data of a sealed file, written and read in pieces, with a checksum of each tensor. */
import type { FileHandle } from 'node:fs/promises';
import { writeAtomically } from '../io/atomic.js';
import type { Entry } from '../io/safetensors-header.js';
import { byteLength } from '../io/safetensors-type.js';
import { type OpenSafetensors, readInto } from '../io/safetensors.js';
import { TensorChecksums } from './checksums.js';
import { type Sums, checkSum } from './head.js';

export type TensorEntry = Pick<Entry, 'name' | 'dtype' | 'shape'>;

/** Fills `target` with the bytes of the data that begin at `offset`. */
export type DataSource = (offset: number, target: Uint8Array) => void;

/** Takes bytes of the data that start at `offset`. */
export type DataSink = (offset: number, bytes: Uint8Array) => void;

/**
 * The bytes of a piece. The event loop is blocked while a piece is copied and hashed: for 2 to 3 ms where
 * the memory is new.
 */
const pieceBytes = 1 << 20;

/** Yields two buffers by turns: one is worked on while the system reads or writes the other. */
export function* pieces(total: number): Generator<{ offset: number; piece: Uint8Array }> {
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(pieceBytes, total)));
  for (let offset = 0, i = 0; offset < total; offset += pieceBytes, i++)
    yield { offset, piece: buffers[i % 2]!.subarray(0, Math.min(pieceBytes, total - offset)) };
}

/** Returns the tensors with the places where each begins and ends in the data. */
export function placeTensors(entries: readonly TensorEntry[]): Entry[] {
  let at = 0;
  return entries.map((entry) => {
    return { ...entry, begin: at, end: (at += byteLength(entry.dtype, entry.shape)) };
  });
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/**
 * Writes the data from `start` on, and returns its checksums. A piece is copied and hashed while the one
 * before it is being written. Two writes at once would spin on the lock of the file.
 */
async function writeData(
  handle: FileHandle,
  read: DataSource,
  entries: readonly Entry[],
  start: number,
): Promise<readonly string[]> {
  const sums = new TensorChecksums(entries);
  let writing = Promise.resolve();
  try {
    for (const { offset, piece } of pieces(entries.at(-1)?.end ?? 0)) {
      read(offset, piece);
      sums.update(offset, piece);
      await writing;
      writing = writeFully(handle, piece, start + offset);
    }
  } finally {
    // The caller closes the file, which must not happen during a write.
    await writing;
  }
  return sums.digests();
}

/** The content of a sealed file to write. */
interface SealedSource {
  /** The tensors in their order. */
  readonly entries: readonly Entry[];
  readonly read: DataSource;
  /** Returns the head for the tensors' checksums; its length does not depend on them. */
  readonly encode: (sums: readonly string[]) => Uint8Array;
}

/**
 * Writes a sealed file atomically. The head is written last, because it holds the checksums, which are
 * computed while the data is written.
 *
 * @returns the number of the file's bytes
 * @throws ThalwegError as `io.writeSafetensors`
 */
export async function writeSealed(
  file: string,
  { entries, read, encode }: SealedSource,
): Promise<number> {
  const headBytes = encode([]).length;
  await writeAtomically(file, async (handle) => {
    const sums = await writeData(handle, read, entries, headBytes);
    await writeFully(handle, encode(sums), 0);
  });
  return headBytes + (entries.at(-1)?.end ?? 0);
}

/**
 * Passes the data of the tensors to the sink, and verifies their checksums. What the sink took is valid
 * only once this function has resolved.
 *
 * @throws ThalwegError CHECKSUM, TRUNCATED
 */
export async function readData(
  { handle, head }: OpenSafetensors,
  file: string,
  entries: readonly Entry[],
  { stated, sink }: { readonly stated: Sums; readonly sink: DataSink },
): Promise<void> {
  const sums = new TensorChecksums(entries);
  const read = async (next: IteratorResult<{ offset: number; piece: Uint8Array }, unknown>) => {
    if (next.done) return undefined;
    await readInto(handle, next.value.piece, head.length + next.value.offset, file);
    return next.value;
  };
  const all = pieces(entries.at(-1)?.end ?? 0);
  for (let reading = read(all.next()); ;) {
    const current = await reading;
    if (current === undefined) break;
    reading = read(all.next());
    reading.catch(() => undefined); // the next turn awaits it, and throws then
    sums.update(current.offset, current.piece);
    sink(current.offset, current.piece);
  }
  for (const [i, found] of sums.digests().entries())
    checkSum(file, entries[i]!.name, found, stated);
}

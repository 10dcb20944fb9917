/**
 * Reads and writes checkpoint files: safetensors files whose metadata head.ts defines. The history is
 * the last tensor, because the header's length is limited and the history's is not.
 */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { writeAtomically } from '../io/atomic.js';
import type { Entry } from '../io/safetensors-header.js';
import { byteLength } from '../io/safetensors-type.js';
import { type OpenSafetensors, readInto, withSafetensors } from '../io/safetensors.js';
import { TensorChecksums } from './checksums.js';
import {
  type CheckpointHeader,
  type Sums,
  checkReadable,
  checkSum,
  encodeHead,
  parseHead,
} from './head.js';
import { decodeLast, encodeHistory, historyTensor } from './history-text.js';
import { type CheckpointState, checkHistory } from './state.js';

export type TensorEntry = Pick<Entry, 'name' | 'dtype' | 'shape'>;

/** The content of a checkpoint to write: the state, and the tensors in order. */
interface CheckpointSource {
  readonly state: CheckpointState;
  readonly entries: readonly TensorEntry[];
  /** Fills `target` with the bytes of the data that begin at `offset`. */
  readonly read: (offset: number, target: Uint8Array) => void;
}

/** Takes bytes of the data that start at `offset`. */
export type CheckpointSink = (offset: number, bytes: Uint8Array) => void;

/**
 * The bytes of a piece. The event loop is blocked while a piece is copied and hashed: for 2 to 3 ms where
 * the memory is new.
 */
const pieceBytes = 1 << 20;

/** Yields two buffers by turns: one is worked on while the system reads or writes the other. */
function* pieces(total: number): Generator<{ offset: number; piece: Uint8Array }> {
  const buffers = [0, 1].map(() => new Uint8Array(Math.min(pieceBytes, total)));
  for (let offset = 0, i = 0; offset < total; offset += pieceBytes, i++)
    yield { offset, piece: buffers[i % 2]!.subarray(0, Math.min(pieceBytes, total - offset)) };
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/**
 * Writes the data and returns its checksums. A piece is copied and hashed while the one before it is
 * being written. Two writes at once would spin on the lock of the file.
 */
async function writeData(
  handle: FileHandle,
  source: CheckpointSource,
  entries: readonly Entry[],
  start: number,
): Promise<readonly string[]> {
  const sums = new TensorChecksums(entries);
  let writing = Promise.resolve();
  try {
    for (const { offset, piece } of pieces(entries.at(-1)?.end ?? 0)) {
      source.read(offset, piece);
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

/** Returns the tensors with the places where each begins and ends in the data. */
function place(entries: readonly TensorEntry[]): Entry[] {
  let at = 0;
  return entries.map((entry) => {
    return { ...entry, begin: at, end: (at += byteLength(entry.dtype, entry.shape)) };
  });
}

/** Returns the source with its history as one more tensor at the end. */
async function withHistory({ state, entries, read }: CheckpointSource): Promise<CheckpointSource> {
  const text = await encodeHistory(state.history);
  const all = place([...entries, { name: historyTensor, dtype: 'U8', shape: [text.length] }]);
  const { begin } = all.at(-1)!;
  return {
    state,
    entries: all,
    read: (offset, target) => {
      const before = Math.min(Math.max(begin - offset, 0), target.length);
      if (before > 0) read(offset, target.subarray(0, before));
      const from = offset + before - begin;
      target.set(text.subarray(from, from + target.length - before), before);
    },
  };
}

/**
 * Writes a checkpoint atomically. The header is written last, because it holds the checksums, which are
 * computed while the data is written.
 *
 * @returns the number of the file's bytes
 * @throws ThalwegError as `io.writeSafetensors`
 */
export async function writeCheckpoint(file: string, given: CheckpointSource): Promise<number> {
  checkReadable(given.state, file);
  const source = await withHistory(given);
  const entries = place(source.entries);
  const headBytes = encodeHead(source.state, entries, []).length;
  await writeAtomically(file, async (handle) => {
    const sums = await writeData(handle, source, entries, headBytes);
    await writeFully(handle, encodeHead(source.state, entries, sums), 0);
  });
  return headBytes + entries.at(-1)!.end;
}

/**
 * Returns true where the checksums in a checkpoint's header are those of the source's tensors. It leaves
 * out the history.
 *
 * @throws ThalwegError as {@link readCheckpointState}
 */
export async function holdsTensors(file: string, source: CheckpointSource): Promise<boolean> {
  const read = async (opened: OpenSafetensors): Promise<Sums> =>
    (await parseHead(opened, file, decodeLast)).sums;
  const stated = await withSafetensors(file, read, constants.O_NOFOLLOW);
  const entries = place(source.entries);
  const sums = new TensorChecksums(entries);
  for (const { offset, piece } of pieces(entries.at(-1)?.end ?? 0)) {
    source.read(offset, piece);
    sums.update(offset, piece);
    await setImmediate();
  }
  const found = sums.digests();
  return entries.every(({ name }, i) => stated[name] === found[i]);
}

/**
 * Returns the state of a checkpoint. Its history may hold the last record only.
 *
 * @throws ThalwegError as {@link readCheckpoint}, but the tensors are not verified
 */
export async function readCheckpointState(file: string): Promise<CheckpointState> {
  const read = async (opened: OpenSafetensors): Promise<CheckpointState> =>
    (await parseHead(opened, file, decodeLast)).state;
  return withSafetensors(file, read, constants.O_NOFOLLOW);
}

/**
 * Reads a checkpoint and verifies every checksum.
 *
 * @param accept takes the header and returns the sink of the data, or throws to refuse the file. The
 * sink's data is valid only once this function has resolved
 * @throws ThalwegError CHECKSUM, VERSION, as `io.readSafetensors`, and what `accept` throws
 */
export async function readCheckpoint(
  file: string,
  accept: (header: CheckpointHeader) => CheckpointSink,
): Promise<CheckpointHeader> {
  const body = async (opened: OpenSafetensors): Promise<CheckpointHeader> => {
    const { sums, ...header } = await parseHead(opened, file);
    checkHistory(header.state, file);
    const sink = accept(header);
    await readData(opened, file, header.entries, sums, sink);
    return header;
  };
  return withSafetensors(file, body, constants.O_NOFOLLOW);
}

async function readData(
  { handle, head }: OpenSafetensors,
  file: string,
  entries: readonly Entry[],
  stated: Sums,
  sink: CheckpointSink,
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

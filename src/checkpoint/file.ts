/**
 * A checkpoint as a file: safetensors with a header of ours (head.ts). The history, which has no bounds,
 * is the last tensor. Checksums are XXH64, in 16 hexadecimal digits.
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

/** A tensor of a checkpoint. */
export type TensorEntry = Pick<Entry, 'name' | 'dtype' | 'shape'>;

/** What is written: tensors one after another, and where their bytes come from. */
interface CheckpointSource {
  readonly state: CheckpointState;
  readonly entries: readonly TensorEntry[];
  /** Copies bytes of the data from `offset` on. */
  readonly read: (offset: number, target: Uint8Array) => void;
}

/** Takes bytes of the data that start at `offset`. */
export type CheckpointSink = (offset: number, bytes: Uint8Array) => void;

/** Bytes of a piece that is written: what the event loop waits for at a time is a copy and a hash of it. */
const writtenPiece = 4 << 20;
/** The same of one that is read, or compared: those land in new memory, or wait for no disk. */
const readPiece = 1 << 20;

/** Two pieces by turns: one is worked on while the other is in the hands of the system. */
function* pieces(
  total: number,
  pieceBytes: number,
): Generator<{ offset: number; piece: Uint8Array }> {
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
 * Writes the data and gives its checksums. A piece is copied and hashed while the one before it is
 * being written: two writes at once would spin on the lock of the file.
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
    for (const { offset, piece } of pieces(entries.at(-1)?.end ?? 0, writtenPiece)) {
      source.read(offset, piece);
      sums.update(offset, piece);
      await writing;
      writing = writeFully(handle, piece, start + offset);
    }
  } finally {
    // Nothing may be under way any more when the file is closed.
    await writing;
  }
  return sums.digests();
}

/** Begin and end of each tensor in the data. */
function place(entries: readonly TensorEntry[]): Entry[] {
  let at = 0;
  return entries.map((entry) => {
    return { ...entry, begin: at, end: (at += byteLength(entry.dtype, entry.shape)) };
  });
}

/** The source with its history behind it. */
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
 * Writes a checkpoint atomically. The checksums are made while the data is written, and the header,
 * which holds them, comes last.
 *
 * @returns the file's bytes
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
 * Whether a checkpoint says that it holds the source's tensors, bit for bit; the history, which the state
 * tells, is left out.
 *
 * @throws ThalwegError as {@link readCheckpointState}
 */
export async function holdsTensors(file: string, source: CheckpointSource): Promise<boolean> {
  const read = async (opened: OpenSafetensors): Promise<Sums> =>
    (await parseHead(opened, file, decodeLast)).sums;
  const stated = await withSafetensors(file, read, constants.O_NOFOLLOW);
  const entries = place(source.entries);
  const sums = new TensorChecksums(entries);
  for (const { offset, piece } of pieces(entries.at(-1)?.end ?? 0, readPiece)) {
    source.read(offset, piece);
    sums.update(offset, piece);
    await setImmediate();
  }
  const found = sums.digests();
  return entries.every(({ name }, i) => stated[name] === found[i]);
}

/**
 * The state of a checkpoint, with no more of its history than the last record for certain.
 *
 * @throws ThalwegError as {@link readCheckpoint}, without a look at the tensors
 */
export async function readCheckpointState(file: string): Promise<CheckpointState> {
  const read = async (opened: OpenSafetensors): Promise<CheckpointState> =>
    (await parseHead(opened, file, decodeLast)).state;
  return withSafetensors(file, read, constants.O_NOFOLLOW);
}

/**
 * Reads a checkpoint and verifies every checksum.
 *
 * @param accept is shown the header, may refuse it by throwing, and gives what takes the data; what
 * that took is only good if this returns
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
  const all = pieces(entries.at(-1)?.end ?? 0, readPiece);
  for (let reading = read(all.next()); ;) {
    const current = await reading;
    if (current === undefined) break;
    reading = read(all.next());
    reading.catch(() => undefined); // awaited in the next turn
    sums.update(current.offset, current.piece);
    sink(current.offset, current.piece);
  }
  for (const [i, found] of sums.digests().entries())
    checkSum(file, entries[i]!.name, found, stated);
}

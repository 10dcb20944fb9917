/**
 * A checkpoint as a file: safetensors whose metadata hold the state, a checksum of each tensor, and
 * first of all one of the header itself. The history, which has no bounds, is the last tensor.
 * Checksums are XXH64, in 16 hexadecimal digits.
 */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ThalwegError } from '../errors.js';
import { writeAtomically } from '../io/atomic.js';
import { type Entry, byteLength, encodeHeader, refuse } from '../io/safetensors-header.js';
import { type OpenSafetensors, readInto, withSafetensors } from '../io/safetensors.js';
import type { EpochRecord } from '../train/history.js';
import { fromExactJson, toExactJson } from './exact-json.js';
import { TensorChecksums, checksumOf } from './checksums.js';
import { decodeHistory, decodeLast, encodeHistory, historyTensor } from './history-text.js';
import { formatVersion, migrate } from './migrations.js';
import type { CheckpointState } from './state.js';

/** A tensor of a checkpoint. */
export type TensorEntry = Pick<Entry, 'name' | 'dtype' | 'shape'>;

/** What is written: tensors one after another, and where their bytes come from. */
export interface CheckpointSource {
  readonly state: CheckpointState;
  readonly entries: readonly TensorEntry[];
  /** Copies bytes of the data from `offset` on. */
  readonly read: (offset: number, target: Uint8Array) => void;
}

/** What a header says. */
export interface CheckpointHeader {
  /** In today's format. */
  readonly state: CheckpointState;
  /** The format that the file is in. */
  readonly version: number;
  /** Those of the source. */
  readonly entries: readonly Entry[];
  /** The history, behind them; absent in a file of format 1. */
  readonly history: Entry | undefined;
}

/** Takes bytes of the data that start at `offset`. */
export type CheckpointSink = (offset: number, bytes: Uint8Array) => void;

/** What the metadata call a checkpoint. */
export const checkpointFormat = 'thalweg.checkpoint';
/** The file begins so, behind its length; then come the 16 digits of the header's checksum. */
const opening = Buffer.from('{"__metadata__":{"checksum":"');
const digits = 16;
const noChecksum = '0'.repeat(digits);
const checksumAt = 8 + opening.length;
/** The data begins at a page of the system's file cache: writes of whole pages are the fastest. */
const pageBytes = 4096;
/** Bytes of a piece: what the event loop waits for at a time is a copy and a hash of it. */
const pieceBytes = 4 << 20;

/** Of the head of a file, as if its checksum were zeros. */
function headChecksum(head: Uint8Array): string {
  return checksumOf(
    head.subarray(0, checksumAt),
    Buffer.from(noChecksum),
    head.subarray(checksumAt + digits),
  );
}

/** Two pieces by turns: one is worked on while the other is in the hands of the system. */
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
    for (const { offset, piece } of pieces(entries.at(-1)?.end ?? 0)) {
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

function encodeHead(
  { history: _, ...state }: CheckpointState,
  entries: readonly Entry[],
  sums: readonly string[],
): Uint8Array {
  const checksums = Object.fromEntries(entries.map(({ name }, i) => [name, sums[i] ?? noChecksum]));
  const metadata = {
    checksum: noChecksum,
    format: checkpointFormat,
    version: String(formatVersion),
    checksums: JSON.stringify(checksums),
    state: toExactJson(state),
  };
  const head = encodeHeader(entries, metadata, pageBytes);
  head.set(Buffer.from(headChecksum(head)), checksumAt);
  return head;
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
  const source = await withHistory(given);
  const entries = place(source.entries);
  const headBytes = encodeHead(source.state, entries, []).length;
  await writeAtomically(file, async (handle) => {
    const sums = await writeData(handle, source, entries, headBytes);
    await writeFully(handle, encodeHead(source.state, entries, sums), 0);
  });
  return headBytes + entries.at(-1)!.end;
}

/** A header, and the checksums that it states. */
type Parsed = CheckpointHeader & { readonly sums: Sums };

/** What the bytes of a history become. */
type Decode = (text: Uint8Array) => readonly EpochRecord[] | Promise<readonly EpochRecord[]>;

async function parse(
  opened: OpenSafetensors,
  file: string,
  decode: Decode = decodeHistory,
): Promise<Parsed> {
  const { head, entries: all, metadata } = opened;
  const isOurs = Buffer.from(head.subarray(8, checksumAt)).equals(opening);
  if (!isOurs || metadata['format'] !== checkpointFormat)
    refuse('FORMAT', file, 'another safetensors file', 'a checkpoint', 'loadWeights reads weights');
  const stated = metadata['checksum'];
  const found = headChecksum(head);
  if (stated !== found)
    refuse('CHECKSUM', `${file}: header`, found, `${stated}, as written`, 'use an older copy');
  const version = Number(metadata['version']);
  const state = migrate(fromExactJson(metadata['state']!), version, file) as CheckpointState;
  const sums = JSON.parse(metadata['checksums']!) as Sums;
  const entries = all.filter(({ name }) => name !== historyTensor);
  const history = all.find(({ name }) => name === historyTensor);
  if (version > 1 && !(history?.dtype === 'U8' && history.shape.length === 1))
    refuse('FORMAT', `${file}: history`, 'no such tensor of bytes', 'the finished epochs');
  const records = history && (await recordsOf(opened, file, history, sums, decode));
  return {
    state: { ...state, ...(records && { history: records }) },
    version,
    entries,
    history,
    sums,
  };
}

/** Checksums do not tell who made a file: its lines may be anything. */
async function recordsOf(
  opened: OpenSafetensors,
  file: string,
  history: Entry,
  sums: Sums,
  decode: Decode,
): Promise<readonly EpochRecord[]> {
  try {
    return await decode(await readHistory(opened, file, history, sums));
  } catch (cause) {
    if (cause instanceof ThalwegError) throw cause;
    throw new ThalwegError(
      {
        ...{ code: 'FORMAT', path: `${file}: history`, received: 'other bytes' },
        expected: 'a line of JSON for each finished epoch',
      },
      { cause },
    );
  }
}

async function readHistory(
  { handle, head }: OpenSafetensors,
  file: string,
  { name, begin, end }: Entry,
  sums: Sums,
): Promise<Uint8Array> {
  const text = new Uint8Array(end - begin);
  await readInto(handle, text, head.length + begin, file);
  checkSum(file, name, checksumOf(text), sums);
  return text;
}

type Sums = Readonly<Record<string, string>>;

function checkSum(file: string, name: string, found: string, { [name]: stated }: Sums): void {
  if (found !== stated)
    refuse(
      'CHECKSUM',
      `${file}: ${name}`,
      found,
      `${stated ?? 'a checksum'}, as written`,
      'use an older copy',
    );
}

/**
 * The state of a checkpoint, with no more of its history than the last record for certain.
 *
 * @throws ThalwegError as {@link readCheckpoint}, without a look at the tensors
 */
export async function readCheckpointState(file: string): Promise<CheckpointState> {
  const read = async (opened: OpenSafetensors): Promise<CheckpointState> =>
    (await parse(opened, file, decodeLast)).state;
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
    const { sums, ...header } = await parse(opened, file);
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
    reading.catch(() => undefined); // awaited in the next turn
    sums.update(current.offset, current.piece);
    sink(current.offset, current.piece);
  }
  for (const [i, found] of sums.digests().entries())
    checkSum(file, entries[i]!.name, found, stated);
}

/**
 * A checkpoint as a file: safetensors whose metadata hold the state, a checksum of each tensor, and
 * first of all one of the header itself. Checksums are XXH64, in 16 hexadecimal digits.
 */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { writeAtomically } from '../io/atomic.js';
import { type Entry, encodeHeader, refuse } from '../io/safetensors-header.js';
import { type OpenSafetensors, readInto, withSafetensors } from '../io/safetensors.js';
import { native } from '../native.js';
import { fromExactJson, toExactJson } from './exact-json.js';
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
  readonly entries: readonly Entry[];
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
  const hash = new native.Checksum();
  hash.update(head.subarray(0, checksumAt));
  hash.update(Buffer.from(noChecksum));
  hash.update(head.subarray(checksumAt + digits));
  return hash.digest();
}

/** Checksums of the tensors, as their bytes pass by in order. */
class TensorChecksums {
  readonly #entries: readonly { readonly name: string; readonly begin: number; end: number }[];
  readonly #sums: string[] = [];
  #hash = new native.Checksum();

  constructor(entries: readonly { readonly name: string; begin: number; end: number }[]) {
    this.#entries = entries;
  }

  /** Bytes of the data from `offset` on. */
  update(offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      this.#finishThrough(offset + at);
      const { end } = this.#entries[this.#sums.length]!;
      const length = Math.min(end - offset - at, bytes.length - at);
      this.#hash.update(bytes.subarray(at, at + length));
      at += length;
    }
  }

  /** In the order of the tensors. */
  digests(): readonly string[] {
    this.#finishThrough(Infinity);
    return this.#sums;
  }

  #finishThrough(position: number): void {
    while (
      this.#sums.length < this.#entries.length &&
      this.#entries[this.#sums.length]!.end <= position
    ) {
      this.#sums.push(this.#hash.digest());
      this.#hash = new native.Checksum();
    }
  }
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

function encodeHead(source: CheckpointSource, sums: readonly string[]): Uint8Array {
  const { entries, state } = source;
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
    const bytes = entry.shape.reduce((a, b) => a * b, entry.dtype === 'F64' ? 8 : 4);
    return { ...entry, begin: at, end: (at += bytes) };
  });
}

/**
 * Writes a checkpoint atomically. The checksums are made while the data is written, and the header,
 * which holds them, comes last.
 *
 * @returns the file's bytes
 */
export async function writeCheckpoint(file: string, source: CheckpointSource): Promise<number> {
  const entries = place(source.entries);
  const dataBytes = entries.at(-1)?.end ?? 0;
  const headBytes = encodeHead(source, []).length;
  await writeAtomically(file, async (handle) => {
    const sums = await writeData(handle, source, entries, headBytes);
    await writeFully(handle, encodeHead(source, sums), 0);
  });
  return headBytes + dataBytes;
}

function parse(opened: OpenSafetensors, file: string): CheckpointHeader & { sums: Sums } {
  const { head, entries, metadata } = opened;
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
  return { state, version, entries, sums };
}

type Sums = Readonly<Record<string, string>>;

/** @throws ThalwegError as {@link readCheckpoint}, without a look at the tensors */
export async function readCheckpointHeader(file: string): Promise<CheckpointHeader> {
  return withSafetensors(
    file,
    (opened) => Promise.resolve(parse(opened, file)),
    constants.O_NOFOLLOW,
  );
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
    const { sums, ...header } = parse(opened, file);
    const sink = accept(header);
    await readData(opened, file, sums, sink);
    return header;
  };
  return withSafetensors(file, body, constants.O_NOFOLLOW);
}

async function readData(
  { handle, head, entries }: OpenSafetensors,
  file: string,
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
  const found = sums.digests();
  for (const [i, { name }] of entries.entries())
    if (found[i] !== stated[name])
      refuse(
        'CHECKSUM',
        `${file}: ${name}`,
        found[i]!,
        `${stated[name] ?? 'a checksum'}, as written`,
        'use an older copy',
      );
}

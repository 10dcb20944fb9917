/**
 * Reads and writes checkpoint files: safetensors files whose metadata head.ts defines. The history is
 * the last tensor, because the header's length is limited and the history's is not.
 */
import { constants } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type OpenSafetensors, withSafetensors } from '../io/safetensors.js';
import { TensorChecksums } from '../sealed/checksums.js';
import {
  type DataSink,
  type DataSource,
  type TensorEntry,
  pieces,
  placeTensors,
  readData,
  writeSealed,
} from '../sealed/data.js';
import type { Sums } from '../sealed/head.js';
import { type CheckpointHeader, checkReadable, encodeHead, parseHead } from './head.js';
import { decodeLast, encodeHistory, historyTensor } from './history-text.js';
import { type CheckpointState, checkHistory } from './state.js';

/** The content of a checkpoint to write: the state, and the tensors in order. */
interface CheckpointSource {
  readonly state: CheckpointState;
  readonly entries: readonly TensorEntry[];
  readonly read: DataSource;
}

/** Returns the source with its history as one more tensor at the end. */
async function withHistory({ state, entries, read }: CheckpointSource): Promise<CheckpointSource> {
  const text = await encodeHistory(state.history);
  const all = placeTensors([
    ...entries,
    { name: historyTensor, dtype: 'U8', shape: [text.length] },
  ]);
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
 * Writes a checkpoint atomically.
 *
 * @returns the number of the file's bytes
 * @throws ThalwegError as `io.writeSafetensors`
 */
export async function writeCheckpoint(file: string, given: CheckpointSource): Promise<number> {
  checkReadable(given.state, file);
  const { state, entries, read } = await withHistory(given);
  const placed = placeTensors(entries);
  const encode = (sums: readonly string[]): Uint8Array => encodeHead(state, placed, sums);
  return writeSealed(file, { entries: placed, read, encode });
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
  const entries = placeTensors(source.entries);
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
  accept: (header: CheckpointHeader) => DataSink,
): Promise<CheckpointHeader> {
  const body = async (opened: OpenSafetensors): Promise<CheckpointHeader> => {
    const { sums, ...header } = await parseHead(opened, file);
    checkHistory(header.state, file);
    const sink = accept(header);
    await readData(opened, file, header.entries, { stated: sums, sink });
    return header;
  };
  return withSafetensors(file, body, constants.O_NOFOLLOW);
}

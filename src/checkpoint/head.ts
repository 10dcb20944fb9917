/** The header of a checkpoint, whose document is the state. A schema checks everything that is read. */
import { type Entry, refuse } from '../io/safetensors-header.js';
import { type OpenSafetensors, readInto } from '../io/safetensors.js';
import type { EpochRecord } from '../run/history.js';
import { checksumOf } from '../sealed/checksums.js';
import { fromExactJson, toExactJson } from '../sealed/exact-json.js';
import {
  type SealedKind,
  type Sums,
  checkSum,
  encodeSealedHead,
  openSealedHead,
  statedSums,
} from '../sealed/head.js';
import { checkHistoryBytes, decodeHistory, historyTensor } from './history-text.js';
import { formatVersion, migrate } from './migrations.js';
import { type CheckpointState, checkHistory, parseHeadState, parseHistory } from './state.js';

/** The parsed header of a checkpoint, and the history. */
export interface CheckpointHeader {
  /** The state, converted to the present format. */
  readonly state: CheckpointState;
  /** The number of the file's format. */
  readonly version: number;
  /** The tensors of the trainer and of the callbacks, without the history. */
  readonly entries: readonly Entry[];
  /** The tensor of the history, the last one; absent in a file of format 1. */
  readonly history: Entry | undefined;
}

/** Checkpoints as sealed files. */
export const checkpointKind: SealedKind = {
  format: 'thalweg.checkpoint',
  document: 'state',
  what: 'a checkpoint',
  remedy: 'read weights with loadWeights',
};

/** Returns the head of a file. Zeros replace missing `sums`, so that the length is the same. */
export function encodeHead(
  { history: _, ...state }: CheckpointState,
  entries: readonly Entry[],
  sums: readonly string[],
): Uint8Array {
  const head = { version: formatVersion, text: toExactJson(state) };
  return encodeSealedHead(checkpointKind, head, entries, sums);
}

/** Throws what reading the state back would throw, so that no unreadable checkpoint is written. */
export function checkReadable(whole: CheckpointState, file: string): void {
  const { history: _, ...state } = whole;
  parseHeadState(fromExactJson(toExactJson(state), `${file}: state`), file);
  checkHistory(whole, file);
}

/** A header, and the checksums that it states. */
type Parsed = CheckpointHeader & { readonly sums: Sums };

/** Decodes the bytes of a history; `path` is its name in errors. */
type Decode = (
  bytes: Uint8Array,
  path: string,
) => readonly EpochRecord[] | Promise<readonly EpochRecord[]>;

/**
 * Parses and checks a file's head, and reads the history.
 *
 * @throws ThalwegError CHECKSUM, VERSION, FORMAT, DEPTH, ENCODING
 */
export async function parseHead(
  opened: OpenSafetensors,
  file: string,
  decode: Decode = decodeHistory,
): Promise<Parsed> {
  const { version, text } = openSealedHead(opened, checkpointKind, file);
  const saved = fromExactJson(text, `${file}: state`);
  const migrated = migrate(saved, version, file);
  const state = parseHeadState(migrated, file);
  const sums = statedSums(opened, file);
  const entries = opened.entries.filter(({ name }) => name !== historyTensor);
  const tensor = opened.entries.find(({ name }) => name === historyTensor);
  if (version > 1 && !(tensor?.dtype === 'U8' && tensor.shape.length === 1))
    refuse('FORMAT', `${file}: history`, 'no tensor of bytes', 'a tensor of the finished epochs');
  const history = tensor
    ? await decode(await readHistory(opened, file, tensor, sums), `${file}: history`)
    : parseHistory(migrated, file);
  return { state: { ...state, history }, version, entries, history: tensor, sums };
}

async function readHistory(
  { handle, head }: OpenSafetensors,
  file: string,
  { name, begin, end }: Entry,
  sums: Sums,
): Promise<Uint8Array> {
  checkHistoryBytes(end - begin, `${file}: ${name}`);
  const text = new Uint8Array(end - begin);
  await readInto(handle, text, head.length + begin, file);
  checkSum(file, name, checksumOf(text), sums);
  return text;
}

/**
 * The header of a checkpoint. Its metadata hold a checksum of the header, which comes first, a checksum
 * of each tensor, and the state. A schema checks everything that is read.
 */
import { type Entry, encodeHeader, refuse } from '../io/safetensors-header.js';
import { type OpenSafetensors, readInto } from '../io/safetensors.js';
import { describe } from '../options.js';
import type { EpochRecord } from '../run/history.js';
import { type Infer, dictionary, parseValue, text } from '../schema.js';
import { checksumOf } from './checksums.js';
import { fromExactJson, toExactJson } from './exact-json.js';
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

/** The name of the format in the metadata. */
export const checkpointFormat = 'thalweg.checkpoint';
/** The header's first bytes, which stand before the 16 digits of its checksum. */
const opening = Buffer.from('{"__metadata__":{"checksum":"');
const digits = 16;
const noChecksum = '0'.repeat(digits);
const checksumAt = 8 + opening.length;
/** The data begins at a multiple of this, because writes of whole pages are the fastest. */
const pageBytes = 4096;

/** Returns the checksum of a file's head, in which the checksum itself counts as zeros. */
function headChecksum(head: Uint8Array): string {
  return checksumOf(
    head.subarray(0, checksumAt),
    Buffer.from(noChecksum),
    head.subarray(checksumAt + digits),
  );
}

/** Returns the head of a file. Zeros replace missing `sums`, so that the length is the same. */
export function encodeHead(
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

/** Returns a text of the metadata, or throws FORMAT where it is missing. */
function metadataOf({ metadata }: OpenSafetensors, key: string, file: string): string {
  const text = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return text ?? refuse('FORMAT', `${file}: ${key}`, 'nothing', 'its text in the metadata');
}

/** Throws FORMAT for a file that is not a checkpoint, and CHECKSUM for a header that has changed. */
function checkHead(opened: OpenSafetensors, file: string): void {
  const { head, metadata } = opened;
  const isOurs = Buffer.from(head.subarray(8, checksumAt)).equals(opening);
  if (!isOurs || metadata['format'] !== checkpointFormat)
    refuse(
      'FORMAT',
      file,
      'another safetensors file',
      'a checkpoint',
      'read weights with loadWeights',
    );
  const stated = metadata['checksum'];
  const found = headChecksum(head);
  if (stated !== found)
    refuse('CHECKSUM', `${file}: header`, found, `${stated}, as written`, 'use an older copy');
}

function versionOf(opened: OpenSafetensors, file: string): number {
  const version = metadataOf(opened, 'version', file);
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version);
  return refuse('FORMAT', `${file}: version`, describe(version), 'the number of a format');
}

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
  checkHead(opened, file);
  const version = versionOf(opened, file);
  const saved = fromExactJson(metadataOf(opened, 'state', file), `${file}: state`);
  const migrated = migrate(saved, version, file);
  const state = parseHeadState(migrated, file);
  const stated = fromExactJson(metadataOf(opened, 'checksums', file), `${file}: checksums`);
  const sums = parseValue(checksums, stated, `${file}: checksums`);
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

const checksums = dictionary(text(/^[\da-f]{16}$/, '16 hexadecimal digits'));
/** Checksums by the names of their tensors. */
export type Sums = Infer<typeof checksums>;

/** Throws CHECKSUM where a tensor's checksum differs from the one in the header. */
export function checkSum(
  file: string,
  name: string,
  found: string,
  { [name]: stated }: Sums,
): void {
  if (found !== stated)
    refuse(
      'CHECKSUM',
      `${file}: ${name}`,
      found,
      `${stated ?? 'a checksum'}, as written`,
      'use an older copy',
    );
}

/**
 * The header of a checkpoint: its metadata hold the state, a checksum of each tensor, and first of all one
 * of the header itself. All that is read goes through a schema.
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

/** What a header says. */
export interface CheckpointHeader {
  /** In today's format. */
  readonly state: CheckpointState;
  /** The format that the file is in. */
  readonly version: number;
  /** The tensors of the source. */
  readonly entries: readonly Entry[];
  /** The history, behind them; absent in a file of format 1. */
  readonly history: Entry | undefined;
}

/** What the metadata call a checkpoint. */
export const checkpointFormat = 'thalweg.checkpoint';
/** The file begins so, behind its length; then come the 16 digits of the header's checksum. */
const opening = Buffer.from('{"__metadata__":{"checksum":"');
const digits = 16;
const noChecksum = '0'.repeat(digits);
const checksumAt = 8 + opening.length;
/** The data begins at a page of the system's file cache: writes of whole pages are the fastest. */
const pageBytes = 4096;

/** The checksum of a file's head, made as if the checksum in it were zeros. */
function headChecksum(head: Uint8Array): string {
  return checksumOf(
    head.subarray(0, checksumAt),
    Buffer.from(noChecksum),
    head.subarray(checksumAt + digits),
  );
}

/** The head of a file; without `sums` as long as it will be. */
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

/** What its reader would refuse is not written: better to fail now than when the run is to go on. */
export function checkReadable(whole: CheckpointState, file: string): void {
  const { history: _, ...state } = whole;
  parseHeadState(fromExactJson(toExactJson(state), `${file}: state`), file);
  checkHistory(whole, file);
}

/** A header, and the checksums that it states. */
type Parsed = CheckpointHeader & { readonly sums: Sums };

/** What the bytes of a history become; the text names it in errors. */
type Decode = (
  bytes: Uint8Array,
  path: string,
) => readonly EpochRecord[] | Promise<readonly EpochRecord[]>;

/** A text of the metadata, or FORMAT. */
function metadataOf({ metadata }: OpenSafetensors, key: string, file: string): string {
  const text = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return text ?? refuse('FORMAT', `${file}: ${key}`, 'nothing', 'its text in the metadata');
}

/** Refuses another file than a checkpoint, and a header that changed. Checksums do not tell who made a file. */
function checkHead(opened: OpenSafetensors, file: string): void {
  const { head, metadata } = opened;
  const isOurs = Buffer.from(head.subarray(8, checksumAt)).equals(opening);
  if (!isOurs || metadata['format'] !== checkpointFormat)
    refuse('FORMAT', file, 'another safetensors file', 'a checkpoint', 'loadWeights reads weights');
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
 * What a head says, and the history.
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
    refuse('FORMAT', `${file}: history`, 'no such tensor of bytes', 'the finished epochs');
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
/** Checksums by tensor. */
export type Sums = Infer<typeof checksums>;

/** CHECKSUM where a tensor has another one than is stated. */
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

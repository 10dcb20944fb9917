/**
 * The head of a sealed file: a safetensors file whose checksums cover every byte. The metadata hold a
 * checksum of the head, which comes first, a checksum of each tensor, and one document of JSON.
 */
import { type Entry, encodeHeader, refuse } from '../io/safetensors-header.js';
import type { OpenSafetensors } from '../io/safetensors.js';
import { describe } from '../options.js';
import { type Infer, dictionary, parseValue, text } from '../schema.js';
import { checksumOf } from './checksums.js';
import { fromExactJson } from './exact-json.js';

/** A kind of sealed file. */
export interface SealedKind {
  /** The name of the format in the metadata. */
  readonly format: string;
  /** The name of the document in the metadata. */
  readonly document: string;
  /** The name of the kind in errors, such as `'a checkpoint'`. */
  readonly what: string;
  /** The remedy for another safetensors file. */
  readonly remedy: string;
}

/** The content of a sealed head besides the tensors. */
interface SealedHead {
  /** The number of the file's format. */
  readonly version: number;
  /** The text of the document. */
  readonly text: string;
}

const checksums = dictionary(text(/^[\da-f]{16}$/, '16 hexadecimal digits'));
/** Checksums by the names of their tensors. */
export type Sums = Infer<typeof checksums>;

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
export function encodeSealedHead(
  { format, document }: SealedKind,
  { version, text: content }: SealedHead,
  entries: readonly Pick<Entry, 'name' | 'dtype' | 'shape'>[],
  sums: readonly string[],
): Uint8Array {
  const stated = Object.fromEntries(entries.map(({ name }, i) => [name, sums[i] ?? noChecksum]));
  const metadata = {
    checksum: noChecksum,
    format,
    version: String(version),
    checksums: JSON.stringify(stated),
    [document]: content,
  };
  const head = encodeHeader(entries, metadata, pageBytes);
  head.set(Buffer.from(headChecksum(head)), checksumAt);
  return head;
}

/** Returns a text of the metadata, or throws FORMAT where it is missing. */
function metadataOf({ metadata }: OpenSafetensors, key: string, file: string): string {
  const found = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return found ?? refuse('FORMAT', `${file}: ${key}`, 'nothing', 'its text in the metadata');
}

/** Throws FORMAT for a file of another kind, and CHECKSUM for a header that has changed. */
function checkHead(opened: OpenSafetensors, kind: SealedKind, file: string): void {
  const { head, metadata } = opened;
  const isOurs = Buffer.from(head.subarray(8, checksumAt)).equals(opening);
  if (!isOurs || metadata['format'] !== kind.format)
    refuse('FORMAT', file, 'another safetensors file', kind.what, kind.remedy);
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
 * Verifies a file's head, and returns its document as text.
 *
 * @throws ThalwegError CHECKSUM, FORMAT
 */
export function openSealedHead(
  opened: OpenSafetensors,
  kind: SealedKind,
  file: string,
): SealedHead {
  checkHead(opened, kind, file);
  return { version: versionOf(opened, file), text: metadataOf(opened, kind.document, file) };
}

/**
 * Returns the checksums that a file's head states.
 *
 * @throws ThalwegError FORMAT, DEPTH
 */
export function statedSums(opened: OpenSafetensors, file: string): Sums {
  const path = `${file}: checksums`;
  return parseValue(checksums, fromExactJson(metadataOf(opened, 'checksums', file), path), path);
}

/** Throws CHECKSUM where a tensor's checksum differs from the one in the head. */
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

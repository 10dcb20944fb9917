/** Makes checkpoints that no run wrote, with right checksums. */
import { readFileSync, writeFileSync } from 'node:fs';
import { checksumOf } from '../../src/sealed/checksums.js';
import { encodeHeader, parseHead } from '../../src/io/safetensors-header.js';
import { type SafetensorsType, byteLength } from '../../src/io/safetensors-type.js';

/** A tensor with its bytes. */
export interface ForgedTensor {
  readonly name: string;
  dtype: SafetensorsType;
  shape: readonly number[];
  bytes: Buffer;
}

/** The parts of a checkpoint. */
export interface Parts {
  /** The metadata without checksums; `state` is text. */
  readonly metadata: Record<string, string>;
  tensors: ForgedTensor[];
}

/** Takes a checkpoint apart. */
export function partsOf(file: string | Buffer): Parts {
  const bytes = typeof file === 'string' ? readFileSync(file) : file;
  const head = bytes.subarray(0, 8 + Number(bytes.readBigUInt64LE()));
  const { metadata, entries } = parseHead(head, bytes.length, 'file');
  const tensors = entries.map(({ name, dtype, shape, begin, end }) => ({
    name,
    dtype,
    shape: [...shape],
    bytes: Buffer.from(bytes.subarray(head.length + begin, head.length + end)),
  }));
  return { metadata: { ...metadata }, tensors };
}

const at = 8 + '{"__metadata__":{"checksum":"'.length;

/**
 * Returns the file of these parts with right checksums; given `checksums` of tensors stay as they
 * are.
 */
export function assemble({ metadata, tensors }: Parts): Buffer {
  const { checksum: _, checksums, ...rest } = metadata;
  const sums = tensors.map(({ name, bytes }) => [name, checksumOf(bytes)] as const);
  const given = {
    checksum: '0'.repeat(16),
    ...rest,
    checksums: checksums ?? JSON.stringify(Object.fromEntries(sums)),
  };
  const head = Buffer.from(encodeHeader(tensors, given, 4096));
  head.write(checksumOf(head), at);
  return Buffer.concat([head, ...tensors.map(({ bytes }) => bytes)]);
}

/** Writes a checkpoint again with some parts changed; tensors keep their shapes. */
export function forge(file: string, change: (parts: Parts) => void, to = file): void {
  const parts = partsOf(file);
  delete parts.metadata['checksums'];
  change(parts);
  for (const { name, dtype, shape, bytes } of parts.tensors)
    if (byteLength(dtype, shape) !== bytes.length) throw new Error(`${name}: another shape`);
  writeFileSync(to, assemble(parts));
}

/** Writes a checkpoint again with another state, which JSON can hold. */
export function forgeState(file: string, change: (state: never) => void, to = file): void {
  forge(
    file,
    ({ metadata }) => {
      const state = JSON.parse(metadata['state']!) as never;
      change(state);
      metadata['state'] = JSON.stringify(state);
    },
    to,
  );
}

/** Writes a checkpoint again with other lines of the history. */
export function forgeHistory(file: string, text: string | Buffer, to = file): void {
  const bytes = Buffer.from(text as string);
  forge(
    file,
    ({ tensors }) => {
      const history = tensors.at(-1)!;
      history.bytes = bytes;
      history.shape = [bytes.length];
    },
    to,
  );
}

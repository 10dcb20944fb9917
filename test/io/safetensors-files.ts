/** Files of tensors that tests write by hand. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../new-folder.js';

export const folder = newFolder();

export const file = join(folder, 'x.safetensors');

/** Writes a file with this header text and this many data bytes. */
export function write(header: string | Buffer, dataBytes: number): void {
  const text = Buffer.from(header as string);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([prefix, text, Buffer.alloc(dataBytes)]));
}

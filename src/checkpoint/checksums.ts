/** Checksums as checkpoints have them: XXH64, in 16 hexadecimal digits. */
import { native } from '../native.js';

/** The checksum of parts one after another. */
export function checksumOf(...parts: readonly Uint8Array[]): string {
  const hash = new native.Checksum();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Checksums of the tensors, as their bytes pass by in order. */
export class TensorChecksums {
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

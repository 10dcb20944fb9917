/** The checksums of checkpoints: XXH64, as 16 hexadecimal digits. */
import { native } from '../native.js';

/** Returns the checksum of the concatenated parts. */
export function checksumOf(...parts: readonly Uint8Array[]): string {
  const hash = new native.Checksum();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Computes the checksum of each tensor from pieces of the data, which must come in order. */
export class TensorChecksums {
  readonly #entries: readonly { readonly name: string; readonly begin: number; end: number }[];
  readonly #sums: string[] = [];
  #hash = new native.Checksum();

  constructor(entries: readonly { readonly name: string; begin: number; end: number }[]) {
    this.#entries = entries;
  }

  /** Adds the bytes of the data that begin at `offset`. */
  update(offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      this.#finishThrough(offset + at);
      const { end } = this.#entries[this.#sums.length]!;
      const length = Math.min(end - offset - at, bytes.length - at);
      this.#hash.update(bytes.subarray(at, at + length));
      at += length;
    }
  }

  /** Returns the checksums in the order of the tensors. */
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

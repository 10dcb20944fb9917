/** The element types of the IDX format, and the conversion of a file's big-endian numbers. */
import { newBytes } from '../io/memory.js';

/** The array types of the elements of IDX files. */
export type IdxArray =
  Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** An element type. */
export interface IdxType {
  /** The number of bytes of an element. */
  readonly bytes: 1 | 2 | 4 | 8;
  /** Returns an array over the memory. */
  over(memory: ArrayBuffer): IdxArray;
}

/** The element types by the code in a file's third byte. */
export const idxTypes: ReadonlyMap<number, IdxType> = new Map<number, IdxType>([
  [0x08, { bytes: 1, over: (memory) => new Uint8Array(memory) }],
  [0x09, { bytes: 1, over: (memory) => new Int8Array(memory) }],
  [0x0b, { bytes: 2, over: (memory) => new Int16Array(memory) }],
  [0x0c, { bytes: 4, over: (memory) => new Int32Array(memory) }],
  [0x0d, { bytes: 4, over: (memory) => new Float32Array(memory) }],
  [0x0e, { bytes: 8, over: (memory) => new Float64Array(memory) }],
]);

/** Turns big-endian numbers into little-endian ones, in place. */
function swap(bytes: Uint8Array, size: IdxType['bytes']): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

/** Memory for all elements of a file, which is filled as the bytes arrive. */
export class IdxElements {
  readonly #type: IdxType;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #filled = 0;
  #swapped = 0;

  /** Throws MEMORY where there is no memory for `count` elements; `path` names the file. */
  constructor(type: IdxType, count: number, path: string) {
    this.#type = type;
    this.#bytes = newBytes(count * type.bytes, path);
  }

  /** The number of bytes that have arrived. */
  get filled(): number {
    return this.#filled;
  }

  /** The number of all bytes. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Returns memory for at most `most` next bytes; {@link IdxElements.advance} takes their number. */
  room(most: number): Uint8Array {
    return this.#bytes.subarray(this.#filled, this.#filled + most);
  }

  /** Counts bytes that were put into the room, and swaps whole elements into little-endian order. */
  advance(count: number): void {
    this.#filled += count;
    const { bytes } = this.#type;
    const whole = this.#filled - (this.#filled % bytes);
    swap(this.#bytes.subarray(this.#swapped, whole), bytes);
    this.#swapped = whole;
  }

  /** Adds bytes, which must fit. */
  take(bytes: Uint8Array): void {
    this.room(bytes.length).set(bytes);
    this.advance(bytes.length);
  }

  /** Returns the elements, which are complete once all bytes have arrived. */
  array(): IdxArray {
    return this.#type.over(this.#bytes.buffer);
  }
}

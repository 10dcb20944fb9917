/** Encodes messages of protocol buffers (https://protobuf.dev/programming-guides/encoding). */

/** The wire types of fields. */
const varintType = 0;
const bytesType = 2;
const fixed32Type = 5;

/** Returns the bytes of an unsigned integer, seven bits at a time. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value)); // a negative number has ten bytes
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

/** A message to which fields are added in their order. */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** The number of bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds an integer. */
  integer(field: number, value: number): this {
    return this.#add(Uint8Array.from([...varint(field * 8 + varintType), ...varint(value)]));
  }

  /** Adds each integer as a field of its own. */
  integers(field: number, values: readonly number[]): this {
    for (const value of values) this.integer(field, value);
    return this;
  }

  /** Adds a float32. */
  float(field: number, value: number): this {
    this.#add(Uint8Array.from(varint(field * 8 + fixed32Type)));
    return this.#add(new Uint8Array(Float32Array.of(value).buffer));
  }

  /** Adds bytes, which are not copied before {@link Message.encode}. */
  bytes(field: number, bytes: Uint8Array): this {
    this.#add(Uint8Array.from([...varint(field * 8 + bytesType), ...varint(bytes.length)]));
    return this.#add(bytes);
  }

  /** Adds a text. */
  text(field: number, text: string): this {
    return this.bytes(field, new TextEncoder().encode(text));
  }

  /** Adds a message, which nobody may change afterwards. */
  message(field: number, message: Message): this {
    this.#add(Uint8Array.from([...varint(field * 8 + bytesType), ...varint(message.#length)]));
    for (const part of message.#parts) this.#add(part);
    return this;
  }

  /** Returns all bytes. */
  encode(): Uint8Array {
    const encoded = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      encoded.set(part, at);
      at += part.length;
    }
    return encoded;
  }

  #add(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

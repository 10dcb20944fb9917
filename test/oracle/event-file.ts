/**
 * Reads TensorBoard event files by their specification, independently of the code that writes them.
 */
import { crc32c } from '../../src/io/crc32c.js';

/** One event, decoded from its message. */
export interface ReadEvent {
  readonly time: number;
  readonly step: number;
  readonly version?: string;
  readonly scalars: Readonly<Record<string, number>>;
}

/** Computes the checksum bit by bit, from the polynomial. */
export function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? 0x82f63b78n : 0n);
  }
  return Number(crc ^ 0xffffffffn);
}

function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

type Fields = Map<number, (Buffer | number)[]>;

/** Splits a protobuf message into its fields; varints are numbers, the rest bytes. */
function fieldsOf(message: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = message[at++]!;
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Buffer => message.subarray(at, (at += length));
  while (at < message.length) {
    const key = varint();
    const wire = key & 7;
    const value =
      wire === 0 ? varint() : wire === 1 ? take(8) : wire === 5 ? take(4) : take(varint());
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), value]);
  }
  return fields;
}

function eventOf(data: Buffer): ReadEvent {
  const fields = fieldsOf(data);
  const one = (field: number): Buffer | undefined => fields.get(field)?.[0] as Buffer | undefined;
  const summary = one(5);
  const values = summary === undefined ? [] : (fieldsOf(summary).get(1) ?? []);
  const scalars = values.map((value): [string, number] => {
    const parts = fieldsOf(value as Buffer);
    return [String(parts.get(1)![0]), (parts.get(2)![0] as Buffer).readFloatLE()];
  });
  return {
    time: one(1)!.readDoubleLE(),
    step: (fields.get(2)?.[0] as number | undefined) ?? 0,
    ...(one(3) === undefined ? {} : { version: String(one(3)) }),
    scalars: Object.fromEntries(scalars), // a tag may be called `__proto__`
  };
}

/** Returns all events of a file; throws where a checksum or length is wrong. */
export function readEventFile(bytes: Buffer): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    const checks = [bytes.subarray(at, at + 8), data].map(crc32c);
    const found = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12 + length)].map(unmask);
    if (checks.join() !== found.join()) throw new Error(`wrong checksum at byte ${at}`);
    events.push(eventOf(data));
    at += 16 + length;
  }
  return events;
}

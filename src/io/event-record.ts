/**
 * Records of TensorBoard event files: TFRecord framing around an Event message
 * (tensorflow/core/util/event.proto), whose summary holds scalars.
 */
import { crc32c } from './crc32c.js';

/** A scalar and its tag. */
export type Scalar = readonly [tag: string, value: number];

/** Encodes a safe integer of at least 0 in groups of seven bits, the lowest first. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Encodes a field's number and wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
const key = (field: number, wire: 0 | 1 | 2 | 5): Buffer => varint((field << 3) | wire);

function bytesField(field: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([key(field, 2), varint(bytes.length), bytes]);
}

function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), bytes]);
}

function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, 5), bytes]);
}

/** Returns the CRC rotated and offset as TFRecord does, because data may itself contain CRCs. */
function maskedCrc(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

function frame(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedCrc(length), data, maskedCrc(data)]);
}

/** Returns the record with which every event file begins; `time` is in seconds since 1970. */
export function versionRecord(time: number): Buffer {
  return frame(Buffer.concat([doubleField(1, time), bytesField(3, Buffer.from('brain.Event:2'))]));
}

/** Returns the record of scalars at a step, as float32; `time` is in seconds since 1970. */
export function scalarRecord(time: number, step: number, scalars: readonly Scalar[]): Buffer {
  const values = scalars.map(([tag, value]) =>
    bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, value)])),
  );
  const event = [doubleField(1, time), key(2, 0), varint(step)];
  return frame(Buffer.concat([...event, bytesField(5, Buffer.concat(values))]));
}

/** Returns the number of bytes of the whole records at the beginning of a file that may be cut off. */
export function wholeRecords(bytes: Buffer): number {
  for (let at = 0; ;) {
    if (bytes.length - at < 12) return at;
    const head = bytes.subarray(at, at + 8);
    const end = at + 12 + Number(head.readBigUInt64LE());
    if (end + 4 > bytes.length || !maskedCrc(head).equals(bytes.subarray(at + 8, at + 12)))
      return at;
    const crc = bytes.subarray(end, end + 4);
    if (!maskedCrc(bytes.subarray(at + 12, end)).equals(crc)) return at;
    at = end + 4;
  }
}

/** XXH64 equals the values of its specification and of another implementation. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { native } from '../../src/native.js';
import { identify } from '../../src/checkpoint/resumed.js';

const mask = (1n << 64n) - 1n;
const [p1, p2, p3, p4, p5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as [bigint, bigint, bigint, bigint, bigint];
const rotate = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & mask;
const round = (lane: bigint, input: bigint): bigint =>
  (rotate((lane + input * p2) & mask, 31n) * p1) & mask;

/** Computes XXH64 with bigints, by its specification. */
function xxh64(bytes: Uint8Array): string {
  const view = Buffer.from(bytes);
  let hash = p5;
  let at = 0;
  if (view.length >= 32) {
    const lanes = [p1 + p2, p2, 0n, -p1].map((lane) => lane & mask);
    for (; at + 32 <= view.length; at += 32)
      lanes.forEach((lane, i) => (lanes[i] = round(lane, view.readBigUInt64LE(at + 8 * i))));
    hash = [1n, 7n, 12n, 18n].reduce((sum, bits, i) => sum + rotate(lanes[i]!, bits), 0n) & mask;
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * p1 + p4) & mask;
  }
  hash = (hash + BigInt(view.length)) & mask;
  for (; at + 8 <= view.length; at += 8)
    hash = (rotate(hash ^ round(0n, view.readBigUInt64LE(at)), 27n) * p1 + p4) & mask;
  for (; at + 4 <= view.length; at += 4)
    hash = (rotate(hash ^ ((BigInt(view.readUInt32LE(at)) * p1) & mask), 23n) * p2 + p3) & mask;
  for (; at < view.length; at++)
    hash = (rotate(hash ^ ((BigInt(view[at]!) * p5) & mask), 11n) * p1) & mask;
  hash = ((hash ^ (hash >> 33n)) * p2) & mask;
  hash = ((hash ^ (hash >> 29n)) * p3) & mask;
  return (hash ^ (hash >> 32n)).toString(16).padStart(16, '0');
}

function sum(...pieces: Uint8Array[]): string {
  const checksum = new native.Checksum();
  for (const piece of pieces) checksum.update(piece);
  return checksum.digest();
}

it('has the published values', () => {
  expect(sum()).toBe('ef46db3751d8e999');
  expect(sum(Buffer.from('a'))).toBe('d24ec4f1a98c6e5b');
  expect(sum(Buffer.from('abc'))).toBe('44bc2cf5ad770999');
});

it('follows the specification, however the bytes are cut', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 5 });
  fc.assert(
    fc.property(pieces, (given) => {
      expect(sum(...given)).toBe(xxh64(Buffer.concat(given)));
    }),
  );
});

it('hashes the pieces of a data set, wherever its turns end', async () => {
  const [rows, features, piece] = [11_500, 3001, 2 ** 20];
  const words = new Uint32Array((rows * features) / 4);
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 0x9e3779b1);
  const inputs = new Uint8Array(words.buffer);
  const head = Buffer.alloc(40);
  head.writeBigInt64LE(BigInt(rows), 0);
  head.writeBigInt64LE(BigInt(features), 8);
  head.writeInt32LE(1, 16); // bytes
  head.writeFloatLE(1, 20); // the scale
  const hashes: Buffer[] = [];
  for (let at = 0; at < inputs.length; at += piece)
    hashes.push(Buffer.from(sum(inputs.subarray(at, at + piece)), 'hex').reverse());
  using set = data.fromArrays({ inputs, shape: [rows, features] });
  expect(await identify(set)).toBe(sum(head, ...hashes));
});

it('tells data sets apart by any value, shape or label', async () => {
  const inputs = Float32Array.from({ length: 12 }, (_, i) => i);
  const labels = Int32Array.of(0, 1, 2);
  const of = async (options: object): Promise<string> => {
    using set = data.fromArrays({ inputs, shape: [3, 4], labels, ...options });
    return await identify(set);
  };
  const other = inputs.slice();
  other[11] = 12;
  const bytes = Uint8Array.from(inputs);
  const all = await Promise.all([
    of({}),
    of({ inputs: other }),
    of({ labels: Int32Array.of(0, 1, 1) }),
    of({ labels: Float32Array.of(0, 1, 2) }),
    of({ labels: undefined }),
    of({ shape: [6, 2], labels: undefined }),
    of({ inputs: bytes }),
    of({ inputs: bytes, scale: 2 }),
    of({ inputs: bytes, offset: 2 }),
  ]);
  expect(new Set(all).size).toBe(all.length);
  expect(await of({})).toBe(all[0]);
});

it('the fingerprint of a large data set gives the event loop its turn, and stays the same', async () => {
  const values = 70 * 2 ** 18; // three turns of 32 MiB
  const inputs = new Float32Array(values).fill(0.5);
  inputs[values - 1] = 3;
  using set = data.fromArrays({ inputs, shape: [70, 2 ** 18] });
  let turns = 0;
  const count = setInterval(() => turns++, 0);
  const found = await identify(set);
  clearInterval(count);
  expect(turns).toBeGreaterThan(0);
  expect(found).toBe('6c496171384b3b6d'); // the value in files of format 1
});

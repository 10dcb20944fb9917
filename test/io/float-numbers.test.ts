import { describe, expect, it } from 'vitest';
import { type FloatType, floatBytes, toFloat32 } from '../../src/io/float-numbers.js';
import { failure } from '../oracle/failure.js';

/** Returns the elements as float32, in two calls, behind a first one that stays. */
function convert(type: FloatType, numbers: ArrayBufferView): number[] {
  const bytes = new Uint8Array(numbers.buffer);
  const count = bytes.length / floatBytes[type];
  const values = new Float32Array(1 + count).fill(7);
  const half = (count >> 1) * floatBytes[type];
  toFloat32(type, bytes.slice(0, half), { values, at: 1, path: 'a' });
  toFloat32(type, bytes.slice(half), { values, at: 1 + (count >> 1), path: 'a' });
  expect(values[0]).toBe(7);
  return [...values.subarray(1)];
}

describe('halves', () => {
  const at = (...bits: number[]): number[] => convert('F16', Uint16Array.from(bits));

  it('are what IEEE 754 says', () => {
    expect(at(0x3c00, 0x4000, 0xc000, 0x3555)).toEqual([1, 2, -2, 0.333251953125]);
    expect(at(0x7bff, 0x0400, 0x03ff, 0x0001)).toEqual([
      65504,
      2 ** -14,
      1023 * 2 ** -24,
      2 ** -24,
    ]);
    expect(at(0x0000, 0x8000, 0x7c00, 0xfc00, 0x7e01)).toEqual([0, -0, Infinity, -Infinity, NaN]);
  });

  it('rise with their bits, and are odd functions of their sign', () => {
    const all = at(...Array.from({ length: 0x7c01 }, (_, bits) => bits));
    expect(all.every((value, i) => i === 0 || value > all[i - 1]!)).toBe(true);
    const negative = at(...Array.from({ length: 0x7c01 }, (_, bits) => 0x8000 | bits));
    expect(negative.every((value, i) => Object.is(value, -all[i]!))).toBe(true);
  });
});

it('brain floats are the upper halves of float32', () => {
  const numbers = Float32Array.of(1, -2, 3.140625, 2 ** 127, 0, Infinity);
  const bits = Uint16Array.from(new Uint32Array(numbers.buffer), (word) => word >>> 16);
  expect(convert('BF16', bits)).toEqual([...numbers]);
});

it('float32 stay as they are', () => {
  expect(convert('F32', Float32Array.of(0.1, -0, NaN))).toEqual([Math.fround(0.1), -0, NaN]);
});

describe('doubles', () => {
  it('are rounded, and keep what is not finite', () => {
    const doubles = Float64Array.of(0.1, 1e-46, -Infinity, NaN, 3.4028234663852886e38);
    expect(convert('F64', doubles)).toEqual([...Float32Array.from(doubles)]);
  });

  it('are refused by their place beyond float32', async () => {
    const error = await failure(() => convert('F64', Float64Array.of(0, 1, 2, 1e39)));
    expect([error.code, error.path, error.received]).toEqual(['RANGE', 'a[4]', '1e+39']);
  });
});

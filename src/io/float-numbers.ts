/** Converts numbers of other floating-point types to float32. */
import { ThalwegError } from '../errors.js';
import type { SafetensorsType } from './safetensors-type.js';

/** The types that are converted to float32. The conversion is exact, except that F64 is rounded. */
export type FloatType = Extract<SafetensorsType, 'F32' | 'F16' | 'BF16' | 'F64'>;

/** The number of bytes of an element. */
export const floatBytes: Readonly<Record<FloatType, number>> = { F32: 4, F16: 2, BF16: 2, F64: 8 };

/** Returns true for a type that is converted to float32. */
export function isFloat(type: SafetensorsType): type is FloatType {
  return Object.hasOwn(floatBytes, type);
}

/** Returns the value of an IEEE half: 1 bit of sign, 5 of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The values of all 2^16 halves, computed on first use. */
let halves: Float32Array | undefined;

function fromHalves(source: Uint16Array, target: Float32Array): void {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => half(bits));
  for (let i = 0; i < source.length; i++) target[i] = halves[source[i]!]!;
}

/** A bfloat16 is the upper half of a float32. */
function fromBrainFloats(source: Uint16Array, target: Float32Array): void {
  const words = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i++) words[i] = source[i]! << 16;
}

function fromDoubles(source: Float64Array, target: Float32Array, path: string, at: number): void {
  for (let i = 0; i < source.length; i++) {
    target[i] = source[i]!;
    if (Number.isFinite(source[i]) && !Number.isFinite(target[i]))
      throw new ThalwegError({
        code: 'RANGE',
        path: `${path}[${at + i}]`,
        received: String(source[i]),
        expected: 'a number that float32 holds, below 3.4e38',
      });
  }
}

/** The destination of converted numbers. */
interface FloatTarget {
  readonly values: Float32Array;
  /** The index of the first converted number in `values`. */
  readonly at: number;
  /** The name of the tensor in errors. */
  readonly path: string;
}

/**
 * Converts whole elements of little-endian bytes, whose offset in their buffer is a multiple of 8.
 *
 * @throws ThalwegError RANGE at a finite double beyond float32
 */
export function toFloat32(
  type: FloatType,
  bytes: Uint8Array,
  { values, at, path }: FloatTarget,
): void {
  const { buffer, byteOffset, length } = bytes;
  const count = length / floatBytes[type];
  const target = values.subarray(at, at + count);
  if (type === 'F32') target.set(new Float32Array(buffer, byteOffset, count));
  else if (type === 'F64')
    fromDoubles(new Float64Array(buffer, byteOffset, count), target, path, at);
  else if (type === 'F16') fromHalves(new Uint16Array(buffer, byteOffset, count), target);
  else fromBrainFloats(new Uint16Array(buffer, byteOffset, count), target);
}

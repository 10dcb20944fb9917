/** The element types of the safetensors format, and the sizes of tensors. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
import { isList } from '../values.js';

/**
 * An element type of version 0.6 of the reference implementation. The data is raw little-endian bytes,
 * in which numbers of 4 and 6 bits are packed.
 */
export type SafetensorsType =
  | 'BOOL'
  | 'U8'
  | 'I8'
  | 'I16'
  | 'U16'
  | 'F16'
  | 'BF16'
  | 'I32'
  | 'U32'
  | 'F32'
  | 'F64'
  | 'I64'
  | 'U64'
  | 'C64'
  | 'F8_E4M3'
  | 'F8_E5M2'
  | 'F8_E8M0'
  | 'F6_E2M3'
  | 'F6_E3M2'
  | 'F4';

/** The number of bits of an element. */
const elementBits: Readonly<Record<SafetensorsType, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
};

/** The most dimensions of a tensor: more than real tensors have, few enough for an error message. */
const highestRank = 64;

/** Returns true for an integer of at least 0, but not for JSON's -0, which other readers refuse, too. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

/** Returns an element type, or throws DTYPE. */
export function checkType(path: string, value: unknown): SafetensorsType {
  if (typeof value === 'string' && Object.hasOwn(elementBits, value))
    return value as SafetensorsType;
  throw new ThalwegError({
    code: 'DTYPE',
    path,
    received: describe(value),
    expected: Object.keys(elementBits).join(', '),
  });
}

/** Returns a copy of a list of extents; throws SHAPE for another value, RANK for too many extents. */
export function checkExtents(path: string, value: unknown): readonly number[] {
  if (!isList(value))
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: describe(value),
      expected: 'a list of extents',
    });
  if (value.length > highestRank)
    throw new ThalwegError({
      code: 'RANK',
      path,
      received: `${value.length} dimensions`,
      expected: `at most ${highestRank}`,
    });
  const extents = Array.from(value); // holes become undefined
  const wrong = extents.find((extent) => !isCount(extent));
  if (extents.every(isCount)) return extents;
  throw new ThalwegError({
    code: 'SHAPE',
    path,
    received: `an extent that is ${describe(wrong)}`,
    expected: 'integers of at least 0',
  });
}

/**
 * Returns the number of bytes of a tensor with this type and shape.
 *
 * @throws ThalwegError OVERFLOW at 2^53 bits or more; SHAPE where the last byte is not full
 */
export function byteLength(
  dtype: SafetensorsType,
  shape: readonly number[],
  path = 'shape',
): number {
  const bits = shape.reduce((product, extent) => product * extent, elementBits[dtype]);
  const received = `${dtype} [${shape.join(', ')}]`;
  if (!Number.isSafeInteger(bits))
    throw new ThalwegError({ code: 'OVERFLOW', path, received, expected: 'fewer than 2^53 bits' });
  if (bits % 8 !== 0)
    throw new ThalwegError({ code: 'SHAPE', path, received, expected: 'a whole number of bytes' });
  return bits / 8;
}

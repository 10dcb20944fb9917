/** Checks typed arrays before native code takes a pointer to their bytes. */
import { ThalwegError } from './errors.js';
import { describe, isArray, typedArrayName } from './options.js';

type ArrayClass<T> = { new (length: number): T; readonly name: string };

// These getters read the internal slots of an array. Properties, patched prototypes and proxies of the
// caller could run code or report wrong values between a check and the use of a pointer.
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const bufferOf = getter(typedArray, 'buffer') as (array: object) => ArrayBufferLike;
const isResizable = getter(ArrayBuffer.prototype, 'resizable');
const byteLengthOf = getter(ArrayBuffer.prototype, 'byteLength') as (buffer: object) => number;

const lengthDescriptor = Object.getOwnPropertyDescriptor(typedArray, 'length')!;

/** Returns the length of a typed array, 0 if detached. It avoids `getter`, as every step calls it. */
export function lengthOf(array: object): number {
  return lengthDescriptor.get!.call(array) as number;
}

/** Returns true for a detached buffer, which cannot be viewed; older Node.js lacks the getter for it. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (byteLengthOf(buffer) > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Returns a prototype's getter as a function, which returns undefined where Node.js lacks the getter. */
function getter(prototype: object, name: string | symbol): (value: object) => unknown {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  return (value): unknown => descriptor?.get?.call(value);
}

/** Returns true for an ArrayBuffer; its getter throws for all else, also for a SharedArrayBuffer. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    byteLengthOf(value as object);
    return true;
  } catch {
    return false;
  }
}

function refuse(
  code: 'TYPE' | 'DTYPE' | 'RESIZABLE' | 'DETACHED',
  path: string,
  received: string,
  expected: string,
  remedy: string,
): never {
  throw new ThalwegError({ code, path, received, expected, remedy });
}

/** Throws for memory that another thread may write, that may shrink, or that is detached. */
function checkBuffer(path: string, buffer: ArrayBufferLike, expected: string): void {
  if (!isArrayBuffer(buffer))
    refuse('TYPE', path, 'a view of a SharedArrayBuffer', expected, 'copy it with slice()');
  if (isResizable(buffer) === true)
    refuse('RESIZABLE', path, 'a view of a resizable buffer', expected, 'copy it with slice()');
  if (isDetached(buffer))
    refuse('DETACHED', path, 'a detached array', expected, 'copy it before transferring it');
}

/** Returns the remedy: an expression that converts the given value into the expected array. */
function conversion(value: unknown, name: string): string {
  const given = typedArrayName(value);
  if (given?.startsWith('Big')) return `convert it with ${name}.from(…, Number)`;
  if (given !== undefined) return `convert it with ${name}.from(…)`;
  if (isArrayBuffer(value)) return `use new ${name}(…)`;
  if (isArray(value) && isArray(value[0])) {
    const depth = isArray(value[0][0]) ? 'Infinity' : '';
    return `use ${name}.from(….flat(${depth}))`;
  }
  return `use ${name}.from(…)`;
}

/** Returns true where `value` is a typed array of the class, of any realm. */
export function isArrayOf<T extends ArrayBufferView>(
  value: unknown,
  type: ArrayClass<T>,
): value is T {
  return typedArrayName(value) === type.name;
}

/** Returns `value` as a typed array of the class over a fixed, attached ArrayBuffer, or throws. */
export function checkArray<T extends ArrayBufferView>(
  path: string,
  value: unknown,
  type: ArrayClass<T>,
): T {
  if (!isArrayOf(value, type)) {
    const code = ArrayBuffer.isView(value) ? 'DTYPE' : 'TYPE';
    refuse(code, path, describe(value), `a ${type.name}`, conversion(value, type.name));
  }
  checkBuffer(path, bufferOf(value), `a ${type.name}`);
  return value;
}

const dataView = DataView.prototype;
const placeOf = {
  typed: {
    buffer: bufferOf,
    offset: getter(typedArray, 'byteOffset'),
    bytes: getter(typedArray, 'byteLength'),
  },
  view: {
    buffer: getter(dataView, 'buffer'),
    offset: getter(dataView, 'byteOffset'),
    bytes: getter(dataView, 'byteLength'),
  },
};

/** Returns the bytes, not copied, of a typed array or DataView over a fixed, attached ArrayBuffer. */
export function bytesOf(path: string, value: unknown): Uint8Array {
  const expected = 'a typed array';
  if (!ArrayBuffer.isView(value)) refuse('TYPE', path, describe(value), expected, '');
  const place = typedArrayName(value) === undefined ? placeOf.view : placeOf.typed;
  const buffer = place.buffer(value) as ArrayBufferLike;
  checkBuffer(path, buffer, expected);
  return new Uint8Array(buffer, place.offset(value) as number, place.bytes(value) as number);
}

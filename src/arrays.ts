/** Checks of typed arrays before a pointer to their bytes is taken. */
import { ThalwegError } from './errors.js';
import { describe } from './options.js';

type ArrayClass<T> = { new (length: number): T; readonly name: string };

// Getters captured here read an array's own slots: no property that hides them, no patched
// prototype and no proxy runs the caller's code, or lies, between a check and the use of a pointer.
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagOf = getter(typedArray, Symbol.toStringTag);
const bufferOf = getter(typedArray, 'buffer') as (array: object) => ArrayBufferLike;
const isResizable = getter(ArrayBuffer.prototype, 'resizable');
const byteLengthOf = getter(ArrayBuffer.prototype, 'byteLength') as (buffer: object) => number;

const lengthDescriptor = Object.getOwnPropertyDescriptor(typedArray, 'length')!;

/** Elements of a typed array; 0 once it is detached. Not through `getter`: steps call it often. */
export function lengthOf(array: object): number {
  return lengthDescriptor.get!.call(array) as number;
}

/** Without the getter of later versions of Node: a detached buffer refuses to be viewed. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (byteLengthOf(buffer) > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** A getter of a prototype as a function; undefined where this version of Node lacks it. */
function getter(prototype: object, name: string | symbol): (value: object) => unknown {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  return (value): unknown => descriptor?.get?.call(value);
}

/** The getters of ArrayBuffer refuse a SharedArrayBuffer. */
function isShared(buffer: ArrayBufferLike): buffer is SharedArrayBuffer {
  try {
    byteLengthOf(buffer);
    return false;
  } catch {
    return true;
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

/** `value` as a typed array of the class, over a fixed, attached ArrayBuffer. */
export function checkArray<T extends ArrayBufferView>(
  path: string,
  value: unknown,
  type: ArrayClass<T>,
): T {
  const expected = `a ${type.name}`;
  if (!ArrayBuffer.isView(value))
    refuse('TYPE', path, describe(value), expected, `use ${type.name}.from(…)`);
  if (tagOf(value) !== type.name)
    refuse('DTYPE', path, describe(value), expected, `convert it with ${type.name}.from(…)`);
  const buffer = bufferOf(value);
  if (isShared(buffer))
    refuse('TYPE', path, 'a view of a SharedArrayBuffer', expected, 'copy it with slice()');
  if (isResizable(buffer) === true)
    refuse('RESIZABLE', path, 'a view of a resizable buffer', expected, 'copy it with slice()');
  if (isDetached(buffer))
    refuse('DETACHED', path, 'a detached array', expected, 'copy it before transferring it');
  return value as T;
}

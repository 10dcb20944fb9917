/** Checks of typed arrays before a pointer to their bytes is taken. */
import { ThalwegError } from './errors.js';
import { describe } from './options.js';

type ArrayClass<T> = { new (length: number): T; readonly name: string };

/** Captured here, so that no later patch of the prototype can hide a resizable buffer. */
const isResizable = getter('resizable');

/** Without the getter of later versions of Node: a detached buffer refuses to be viewed. */
function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** A getter of ArrayBuffer as a function; false where this version of Node lacks it. */
function getter(name: string): (buffer: ArrayBuffer) => boolean {
  const descriptor = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, name);
  return (buffer) => descriptor?.get?.call(buffer) === true;
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
  if (!(value instanceof type))
    refuse('DTYPE', path, describe(value), expected, `convert it with ${type.name}.from(…)`);
  const { buffer } = value;
  if (!(buffer instanceof ArrayBuffer))
    refuse('TYPE', path, 'a view of a SharedArrayBuffer', expected, 'copy it with slice()');
  if (isResizable(buffer))
    refuse('RESIZABLE', path, 'a view of a resizable buffer', expected, 'copy it with slice()');
  if (isDetached(buffer))
    refuse('DETACHED', path, 'a detached array', expected, 'copy it before transferring it');
  return value;
}

/** Checks the arguments of `io.writeSafetensors` before anything is written. */
import { bytesOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { checkText, isArray, shorten, wrongType } from '../options.js';
import { checkList, isObject } from '../values.js';
import { byteLength, checkExtents, checkType, type SafetensorsType } from './safetensors-type.js';

/** A tensor that a file can hold. */
export interface CheckedTensor {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** The caller's memory; its length is that of the type and shape. */
  readonly bytes: Uint8Array;
}

/** Matches half a surrogate pair, which UTF-8 cannot express. */
const halfPair = /\p{Surrogate}/u;
/** Returns well-formed text, or throws TYPE or ENCODING. */
function checkWellFormed(path: string, value: unknown): string {
  const text = checkText(path, value);
  if (!halfPair.test(text)) return text;
  const received = 'half a surrogate pair';
  throw new ThalwegError({ code: 'ENCODING', path, received, expected: 'well-formed text' });
}

function checkObject(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value) && !isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw wrongType(path, value, 'an object');
}

function checkTensor(path: string, value: unknown): CheckedTensor {
  const given = checkObject(path, value);
  const name = checkWellFormed(`${path}.name`, given['name']);
  const where = shorten(name);
  const dtype = checkType(`${where}: dtype`, given['dtype']);
  const shape = checkExtents(`${where}: shape`, given['shape']);
  const expected = byteLength(dtype, shape, `${where}: shape`);
  const bytes = bytesOf(`${where}: data`, given['data']);
  if (bytes.length === expected) return { name, dtype, shape, bytes };
  throw new ThalwegError({
    code: 'SHAPE',
    path: where,
    received: `${bytes.length} bytes`,
    expected: `${expected}, for ${dtype} [${shape.join(', ')}]`,
  });
}

/**
 * Returns the checked tensors.
 *
 * @throws ThalwegError TYPE, DTYPE, SHAPE, RANK, OVERFLOW, ENCODING, RESIZABLE, DETACHED
 */
export function checkTensors(value: unknown): readonly CheckedTensor[] {
  return checkList('tensors', value, 'an array', checkTensor);
}

/** Returns a copy of the metadata, which must be texts; throws TYPE or ENCODING. */
export function checkMetadata(value: unknown): Readonly<Record<string, string>> {
  const path = 'metadata';
  const given = checkObject(path, value);
  if (Object.prototype.toString.call(given) !== '[object Object]')
    throw new ThalwegError({
      code: 'TYPE',
      path,
      received: 'another object',
      expected: 'a plain object of texts',
    });
  return Object.fromEntries(
    Object.entries(given).map(([key, text]) => {
      const at = `${path}.${shorten(checkWellFormed(`${path} key`, key))}`;
      return [key, checkWellFormed(at, text)];
    }),
  );
}

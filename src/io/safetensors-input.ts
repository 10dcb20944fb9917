/** What `io.writeSafetensors` is given, checked before anything is written. */
import { bytesOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { describe, isArray, shorten } from '../options.js';
import { byteLength, checkExtents, checkType, type SafetensorsType } from './safetensors-type.js';

/** A tensor that a file can hold. */
export interface CheckedTensor {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** The caller's memory, as many bytes as type and shape say. */
  readonly bytes: Uint8Array;
}

/** Half a surrogate pair, which other readers refuse: no UTF-8 says it. */
const halfPair = /\p{Surrogate}/u;
/** Well-formed text, or TYPE / ENCODING. */
function checkText(path: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new ThalwegError({ code: 'TYPE', path, received: describe(value), expected: 'text' });
  if (!halfPair.test(value)) return value;
  const received = 'half a surrogate pair';
  throw new ThalwegError({ code: 'ENCODING', path, received, expected: 'well-formed text' });
}

function checkObject(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new ThalwegError({ code: 'TYPE', path, received: describe(value), expected: 'an object' });
}

function checkTensor(path: string, value: unknown): CheckedTensor {
  const given = checkObject(path, value);
  const name = checkText(`${path}.name`, given['name']);
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

/** The tensors as they are now; TYPE, DTYPE, SHAPE, RANK, OVERFLOW, ENCODING, RESIZABLE or DETACHED where one is wrong. */
export function checkTensors(value: unknown): readonly CheckedTensor[] {
  if (isArray(value)) return Array.from(value, (tensor, i) => checkTensor(`tensors[${i}]`, tensor));
  throw new ThalwegError({
    code: 'TYPE',
    path: 'tensors',
    received: describe(value),
    expected: 'an array',
  });
}

/** A copy of the metadata, all of it text; TYPE or ENCODING. */
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
      const at = `${path}.${shorten(checkText(`${path} key`, key))}`;
      return [key, checkText(at, text)];
    }),
  );
}

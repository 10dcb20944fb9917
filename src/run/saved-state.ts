/** Reads the states of callbacks for checkpoints: checks them, and copies what may change. */
import { checkArray } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { describe, wrongType } from '../options.js';
import { ignoreOutcome, isThenable } from '../promises.js';
import type { Callback, Json, SavedCallback } from './callback.js';

function refuse(path: string, received: string): never {
  throw new ThalwegError({
    code: 'TYPE',
    path,
    received,
    expected: 'null, a boolean, a number, text, or an array or a plain object of them',
    remedy: 'convert it in `state`; `arrays` takes large numbers',
  });
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The deepest nesting of objects; checkpoints can hold deeper values. */
const deepest = 500;

/**
 * Ignores later rejections of all promises in a refused value. An unhandled rejection would end the
 * process.
 */
function forgetPromises(value: unknown): void {
  const found = new Set<unknown>([value]);
  for (const each of found) {
    if (isThenable(each)) ignoreOutcome(each);
    else if (typeof each === 'object' && each !== null && (Array.isArray(each) || isPlain(each)))
      for (const inner of Object.values(each)) found.add(inner); // the outer loop visits it later
  }
}

/** Calls `read` with a value. Where it throws, later rejections of promises in the value are ignored. */
function take<T>(value: unknown, read: (value: unknown) => T): T {
  try {
    return read(value);
  } catch (error) {
    forgetPromises(value);
    throw error;
  }
}

/** Copies plain data; throws TYPE for other values. It leaves out undefined properties, as JSON does. */
export function copyOf(path: string, value: unknown, around: readonly object[] = []): Json {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value))
    return value as Json;
  if (typeof value !== 'object' || isThenable(value)) return refuse(path, describe(value));
  if (around.includes(value)) return refuse(path, 'a value within itself');
  if (around.length === deepest) return refuse(path.slice(0, 60), `more than ${deepest} levels`);
  const inside = [...around, value];
  if (Array.isArray(value))
    return Array.from(value, (each, i) => copyOf(`${path}[${i}]`, each, inside));
  if (!isPlain(value)) return refuse(path, `an object of the class ${value.constructor.name}`);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, copyOf(`${path}.${key}`, each, inside)]),
  );
}

/** Checks that `arrays` are float32 arrays by name; throws TYPE, DTYPE, DETACHED or RESIZABLE. */
function arraysOf(path: string, arrays: unknown): SavedCallback['arrays'] {
  if (typeof arrays !== 'object' || arrays === null || !isPlain(arrays))
    throw wrongType(path, arrays, 'a plain object of Float32Arrays');
  return Object.fromEntries(
    Object.entries(arrays).map(([key, array]: [string, unknown]) => [
      key,
      checkArray(`${path}.${key}`, array, Float32Array),
    ]),
  );
}

/** Throws DUPLICATE where two arrays would have one tensor name in a file, because names may contain slashes. */
function checkNames(saved: Readonly<Record<string, SavedCallback>>): void {
  const owners = new Map<string, string>();
  for (const [name, { arrays }] of Object.entries(saved))
    for (const key of Object.keys(arrays)) {
      const other = owners.get(`${name}/${key}`);
      owners.set(`${name}/${key}`, name);
      if (other === undefined) continue;
      throw new ThalwegError({
        code: 'DUPLICATE',
        path: `callbacks.${name}.arrays.${key}`,
        received: `${name}/${key}, which is also the name of an array of '${other}'`,
        expected: 'one array of that name',
        remedy: 'name callbacks and arrays without slashes',
      });
    }
}

/**
 * Returns the state of a callback. The plain data are copied, the arrays are not.
 *
 * @throws ThalwegError TYPE, DTYPE, DETACHED, RESIZABLE
 */
export function saveCallback(callback: Callback): SavedCallback {
  const path = `callbacks.${callback.name}`;
  const state = take(callback.state?.() ?? null, (value) => copyOf(`${path}.state`, value));
  const arrays = take(callback.arrays?.() ?? {}, (value) => arraysOf(`${path}.arrays`, value));
  return { state, arrays };
}

/**
 * Returns the states of all callbacks that can be restored, by name.
 *
 * @throws ThalwegError as {@link saveCallback}; DUPLICATE
 */
export function saveCallbacks(callbacks: readonly Callback[]): Record<string, SavedCallback> {
  const saved = Object.fromEntries(
    callbacks
      .filter((callback) => callback.restore !== undefined)
      .map((callback) => [callback.name, saveCallback(callback)]),
  );
  checkNames(saved);
  return saved;
}

/** The states of callbacks as checkpoints keep them: checked, and copied where they may change. */
import { checkArray } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
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

/** Objects within objects; less than what checkpoints can hold. */
const deepest = 500;

/**
 * What promises in a refused value come to is nobody's business: without this, one that rejects would
 * end the process.
 */
function forgetPromises(value: unknown): void {
  const found = new Set<unknown>([value]);
  for (const each of found) {
    if (isThenable(each)) ignoreOutcome(each);
    else if (typeof each === 'object' && each !== null && (Array.isArray(each) || isPlain(each)))
      for (const inner of Object.values(each)) found.add(inner); // which comes later
  }
}

/** What `read` makes of a value. */
function take<T>(value: unknown, read: (value: unknown) => T): T {
  try {
    return read(value);
  } catch (error) {
    forgetPromises(value);
    throw error;
  }
}

/** A copy of plain data, or TYPE. What is undefined in an object is left out, as JSON does. */
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

/** Arrays of float32 by name, or TYPE, DTYPE, DETACHED, RESIZABLE. */
function arraysOf(path: string, arrays: unknown): SavedCallback['arrays'] {
  if (typeof arrays !== 'object' || arrays === null || !isPlain(arrays))
    throw new ThalwegError({
      code: 'TYPE',
      path,
      received: describe(arrays),
      expected: 'a plain object of Float32Arrays',
    });
  return Object.fromEntries(
    Object.entries(arrays).map(([key, array]: [string, unknown]) => [
      key,
      checkArray(`${path}.${key}`, array, Float32Array),
    ]),
  );
}

/** DUPLICATE where two arrays would be the same tensor of a file: names and keys may hold slashes. */
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
        received: `${name}/${key}, which an array of '${other}' is called too`,
        expected: 'one array of that name',
        remedy: 'name callbacks and arrays without slashes',
      });
    }
}

/**
 * The state of a callback: a copy, but for the arrays.
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
 * The states of all callbacks that can be restored, by name.
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

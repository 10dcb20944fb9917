/** The states of callbacks as checkpoints keep them: checked, and copied where they may change. */
import { checkArray } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
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

/** A copy of plain data, or TYPE. What is undefined in an object is left out, as JSON does. */
function copyOf(path: string, value: unknown, around: readonly object[] = []): Json {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value))
    return value as Json;
  if (typeof value !== 'object') return refuse(path, describe(value));
  if (around.includes(value)) return refuse(path, 'a value within itself');
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
      ...{ code: 'TYPE', path, received: describe(arrays) },
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
 * The states of all callbacks that can be restored, by name: copies, but for the arrays.
 *
 * @throws ThalwegError TYPE, DTYPE, DETACHED, RESIZABLE, DUPLICATE
 */
export function saveCallbacks(callbacks: readonly Callback[]): Record<string, SavedCallback> {
  const saved = Object.fromEntries(
    callbacks
      .filter((callback) => callback.restore !== undefined)
      .map((callback) => {
        const path = `callbacks.${callback.name}`;
        const state = copyOf(`${path}.state`, callback.state?.() ?? null);
        return [
          callback.name,
          { state, arrays: arraysOf(`${path}.arrays`, callback.arrays?.() ?? {}) },
        ];
      }),
  );
  checkNames(saved);
  return saved;
}

/**
 * Puts saved states back. All names are checked before any state changes: each callback with a state
 * needs one saved, and each one saved its callback.
 *
 * @throws ThalwegError MISMATCH
 */
export function restoreCallbacks(
  callbacks: readonly Callback[],
  saved: Readonly<Record<string, SavedCallback>>,
): void {
  const keeping = callbacks.filter((callback) => callback.restore !== undefined);
  const names = keeping.map(({ name }) => name);
  const without = names.find((name) => !Object.hasOwn(saved, name));
  const extra = Object.keys(saved).find((name) => !names.includes(name));
  if (without !== undefined || extra !== undefined)
    throw new ThalwegError({
      code: 'MISMATCH',
      path: `callbacks.${without ?? extra!}`,
      received:
        without === undefined
          ? 'no callback of this name, which the checkpoint has a state of'
          : 'a callback that the checkpoint has no state of',
      expected: 'the callbacks of the saved run',
      remedy: "resume with callbacks of the same names, or with { run: 'new' }",
    });
  for (const callback of keeping) {
    const { state, arrays } = saved[callback.name]!;
    callback.restore?.(state, arrays);
  }
}

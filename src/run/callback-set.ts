/** Checks the callbacks of a run, and calls them in their order. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
import { checkList, isObject } from '../values.js';
import type { TrainEvent } from './events.js';
import { checkMetricPath } from '../metrics/path.js';
import type { Callback, RunControl } from './callback.js';
import { release } from './restore.js';

const hooks = ['start', 'progress', 'epoch', 'warning', 'end'] as const;
const methods = [...hooks, 'rollback', 'flush', 'state', 'arrays', 'restore'] as const;

function refuse(path: string, received: string, expected: string): never {
  throw new ThalwegError({ code: 'TYPE', path, received, expected });
}

function checkRequires(path: string, requires: unknown): void {
  if (requires === undefined) return;
  checkList(path, requires, 'an array of metrics', checkMetricPath);
}

function checkCallback(path: string, value: unknown): Callback {
  if (!isObject(value))
    refuse(path, describe(value), 'a callback, such as callbacks.earlyStopping()');
  const callback = value as Partial<Record<string, unknown>>;
  if (typeof callback['name'] !== 'string' || callback['name'] === '')
    refuse(`${path}.name`, describe(callback['name']), 'a name of its own');
  for (const method of methods)
    if (callback[method] !== undefined && typeof callback[method] !== 'function')
      refuse(`${path}.${method}`, describe(callback[method]), 'a function');
  checkRequires(`${path}.requires`, callback['requires']);
  if (hooks.every((hook) => callback[hook] === undefined))
    refuse(path, 'a callback without hooks', `at least one of ${hooks.join(', ')}`);
  return value as Callback;
}

/** Returns `value` if it is an array of callbacks with different names; otherwise throws TYPE or DUPLICATE. */
export function checkCallbacks(path: string, value: unknown): readonly Callback[] {
  const checked = checkList(path, value, 'an array of callbacks', checkCallback);
  checked.forEach(({ name }, i) => {
    if (checked.findIndex((other) => other.name === name) === i) return;
    throw new ThalwegError({
      code: 'DUPLICATE',
      path: `${path}[${i}].name`,
      received: `'${name}' a second time`,
      expected: 'a name of its own for each callback',
      remedy: 'give one of them another name',
    });
  });
  return checked;
}

/** Calls the hook for an event's type on one callback after another, and awaits each. */
export async function callHooks(
  callbacks: readonly Callback[],
  event: TrainEvent,
  run: RunControl,
): Promise<void> {
  for (const callback of callbacks) {
    if (event.type === 'start') await callback.start?.(event, run);
    else if (event.type === 'epoch') await callback.epoch?.(event, run);
    else if (event.type === 'end') await callback.end?.(event, run);
  }
}

/** Calls the hook for an event that the run does not await; passes what each hook returns to `watch`. */
export function callHooksAtOnce(
  callbacks: readonly Callback[],
  event: TrainEvent,
  run: RunControl,
  watch: (told: unknown) => void,
): void {
  for (const callback of callbacks) {
    if (event.type === 'progress') watch(callback.progress?.(event, run));
    else if (event.type === 'warning') watch(callback.warning?.(event, run));
  }
}

/** Calls `rollback` on one callback after another, and awaits each. */
export async function rollbackCallbacks(
  callbacks: readonly Callback[],
  run: RunControl,
): Promise<void> {
  for (const callback of callbacks) await callback.rollback?.(run);
}

/** Calls `flush` on all callbacks at once and waits for all of them; throws the first error after that. */
export async function flushCallbacks(callbacks: readonly Callback[]): Promise<void> {
  const flushed = await Promise.allSettled(
    callbacks.map(async (each) => {
      await each.flush?.();
    }),
  );
  const failed = flushed.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** The callbacks whose state belongs to a run under way. */
const inUse = new WeakSet<Callback>();

/**
 * Reserves the callbacks for a run until the returned function is called, because the state of a
 * callback belongs to one run.
 *
 * @throws ThalwegError BUSY where another run has reserved a callback with a state
 */
export function useCallbacks(callbacks: readonly Callback[]): () => void {
  const keeping = callbacks.filter((callback) => callback.restore !== undefined);
  const taken = keeping.find((callback) => inUse.has(callback));
  if (taken !== undefined)
    throw new ThalwegError({
      code: 'BUSY',
      path: `callbacks.${taken.name}`,
      received: 'a callback that another run is using',
      expected: 'a callback that no other run uses',
      remedy: 'make one for each run, or await the first run',
    });
  for (const callback of keeping) inUse.add(callback);
  return () => {
    for (const callback of keeping as readonly (Callback & { [release]?(): void })[]) {
      inUse.delete(callback);
      callback[release]?.();
    }
  };
}

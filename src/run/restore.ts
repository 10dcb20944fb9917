/** Restores the states of callbacks: all of them, or none. */
import { ThalwegError } from '../errors.js';
import { wrongType } from '../options.js';
import { ignoreOutcome, isThenable } from '../promises.js';
import type { Callback, SavedCallback } from './callback.js';
import { copyOf, saveCallback } from './saved-state.js';

/** A method of callbacks that hold more than `state` returns: it returns a function that restores what they hold. */
export const remember = Symbol('remember');

/** A method that is called at the end of every run: it forgets restored state, which is not for the next run. */
export const release = Symbol('release');

/** A callback that holds more than `state` returns. */
interface Remembering {
  [remember](): () => void;
}

/** Returns a function that restores a callback's present state; it does nothing where the state cannot be read. */
function wayBack(callback: Callback & Partial<Remembering>): () => void {
  if (callback[remember] !== undefined) return callback[remember]();
  try {
    const { state, arrays } = saveCallback(callback);
    const copies = Object.entries(arrays).map(([key, array]) => [key, array.slice()] as const);
    return () => {
      ignoreOutcome(callback.restore?.(state, Object.fromEntries(copies)));
    };
  } catch {
    return () => undefined; // a callback may have no state before its first run
  }
}

/** Refuses a promise, because a run begins at once and does not wait. */
function refusePromise(path: string, value: unknown): void {
  if (!isThenable(value)) return;
  throw wrongType(path, value, 'a function that is not async', 'await in `start`');
}

/** Throws MISMATCH unless callbacks with a state and saved states have the same names. */
function checkNames(names: readonly string[], saved: Readonly<Record<string, unknown>>): void {
  const without = names.find((name) => !Object.hasOwn(saved, name));
  const extra = Object.keys(saved).find((name) => !names.includes(name));
  if (without === undefined && extra === undefined) return;
  throw new ThalwegError({
    code: 'MISMATCH',
    path: `callbacks.${without ?? extra!}`,
    received:
      without === undefined
        ? 'no callback of this name, but a saved state of it'
        : 'a callback without a saved state in the checkpoint',
    expected: 'the callbacks of the saved run',
    remedy: "resume with callbacks of the same names, or with { run: 'new' }",
  });
}

/**
 * Restores saved states. All names are checked before any state changes. Where one callback throws, all
 * callbacks go back to their states before the call.
 *
 * @throws ThalwegError MISMATCH; TYPE where a callback restores its state asynchronously; and every error
 * of a callback
 */
export function restoreCallbacks(
  callbacks: readonly Callback[],
  saved: Readonly<Record<string, SavedCallback>>,
): void {
  const keeping = callbacks.filter((callback) => callback.restore !== undefined);
  checkNames(
    keeping.map(({ name }) => name),
    saved,
  );
  const ways = keeping.map(wayBack);
  try {
    for (const callback of keeping) {
      const { state, arrays } = saved[callback.name]!;
      const path = `callbacks.${callback.name}`;
      // The callback gets a copy, because a later call of fit may restore the saved state again.
      const copy = copyOf(`${path}.state`, state);
      refusePromise(`${path}.restore`, callback.restore?.(copy, arrays));
    }
  } catch (error) {
    for (const goBack of ways) goBackAnyway(goBack);
    throw error;
  }
}

/** Restores one callback and ignores its error, so that the others go back too and the first error is thrown. */
function goBackAnyway(goBack: () => void): void {
  try {
    goBack();
  } catch {
    // The other callbacks go back all the same.
  }
}

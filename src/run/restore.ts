/** Puts saved states back into callbacks: all of them, or none. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
import { ignoreOutcome, isThenable } from '../promises.js';
import type { Callback, SavedCallback } from './callback.js';
import { copyOf, saveCallback } from './saved-state.js';

/** The method of callbacks whose `state` does not tell all: it gives what brings back all that they hold now. */
export const remember = Symbol('remember');

/** The method that is called as a run ends, however it does: what was restored for it is not of the next. */
export const release = Symbol('release');

/** A callback that remembers more than its `state` tells. */
interface Remembering {
  [remember](): () => void;
}

/** What brings a callback back to where it stands; nothing, where it cannot tell where that is. */
function wayBack(callback: Callback & Partial<Remembering>): () => void {
  if (callback[remember] !== undefined) return callback[remember]();
  try {
    const { state, arrays } = saveCallback(callback);
    const copies = Object.entries(arrays).map(([key, array]) => [key, array.slice()] as const);
    return () => {
      ignoreOutcome(callback.restore?.(state, Object.fromEntries(copies)));
    };
  } catch {
    return () => undefined; // before its first run it may have no state yet
  }
}

/** A run begins at once: nobody would wait for a promise. */
function refusePromise(path: string, value: unknown): void {
  if (!isThenable(value)) return;
  throw new ThalwegError({
    code: 'TYPE',
    path,
    received: describe(value),
    expected: 'a function that is not async',
    remedy: 'await in `start`',
  });
}

/** MISMATCH unless each callback with a state has one saved, and each one saved its callback. */
function checkNames(names: readonly string[], saved: Readonly<Record<string, unknown>>): void {
  const without = names.find((name) => !Object.hasOwn(saved, name));
  const extra = Object.keys(saved).find((name) => !names.includes(name));
  if (without === undefined && extra === undefined) return;
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
}

/**
 * Puts saved states back. All names are checked before any state changes; where one callback refuses its
 * state, all go back to where they stood.
 *
 * @throws ThalwegError MISMATCH; TYPE where a callback restores its state asynchronously; and whatever a
 * callback throws
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
      // A copy: after a refusal, the next call of fit restores the saved one.
      const copy = copyOf(`${path}.state`, state);
      refusePromise(`${path}.restore`, callback.restore?.(copy, arrays));
    }
  } catch (error) {
    for (const goBack of ways) goBackAnyway(goBack);
    throw error;
  }
}

/** One that fails keeps no other from going back; the error that is told is the first. */
function goBackAnyway(goBack: () => void): void {
  try {
    goBack();
  } catch {
    // its state is its own
  }
}

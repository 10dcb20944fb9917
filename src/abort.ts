/** Signals of callers: their check, and the actions of any number of calls that one listener serves. */
import { wrongType } from './options.js';
import { isInstance } from './values.js';

/** Returns `signal` if it is an AbortSignal or undefined; throws TYPE for another value. */
export function checkSignal(path: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined || isInstance(signal, AbortSignal)) return signal;
  const remedy = 'pass controller.signal or AbortSignal.timeout(…)';
  throw wrongType(path, signal, 'an AbortSignal', remedy);
}

interface Watchers {
  readonly actions: Set<() => void>;
  readonly tell: () => void;
}

const watched = new WeakMap<AbortSignal, Watchers>();

/**
 * Calls the action when the signal is aborted, until the returned function is called. Each call needs a
 * function object of its own. A signal gets only one listener: Node.js warns of a leak above ten, but one
 * signal may end a hundred runs.
 */
export function onAbort(signal: AbortSignal | undefined, action: () => void): () => void {
  if (signal === undefined) return () => undefined;
  let watchers = watched.get(signal);
  if (watchers === undefined) {
    const actions = new Set<() => void>();
    watchers = {
      actions,
      tell: () => {
        for (const each of actions) each();
      },
    };
    watched.set(signal, watchers);
    signal.addEventListener('abort', watchers.tell);
  }
  const { actions, tell } = watchers;
  actions.add(action);
  return () => {
    if (!actions.delete(action) || actions.size > 0) return;
    signal.removeEventListener('abort', tell);
    watched.delete(signal);
  };
}

/** Who is to be told that a signal was aborted: any number of runs, by one listener of the signal's. */

interface Watchers {
  readonly actions: Set<() => void>;
  readonly tell: () => void;
}

const watched = new WeakMap<AbortSignal, Watchers>();

/**
 * Calls the action, a function of this caller's own, when the signal is aborted, until what is
 * returned is called. Node.js takes more than ten listeners of one signal for a leak, and one signal
 * may end a hundred runs.
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

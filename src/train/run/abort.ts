/** The actions of any number of runs that one listener of a signal calls. */

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

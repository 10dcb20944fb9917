/**
 * Handles SIGTERM and SIGINT for runs that keep checkpoints. The first signal asks every such run to
 * save and end, and is sent to the process again once all have ended. The second signal ends the
 * process at once. The listener stays until all runs have ended, because others, such as the package
 * signal-exit, end the process where theirs is the only listener.
 */
import { isMainThread } from 'node:worker_threads';

const signals = ['SIGTERM', 'SIGINT'] as const;
const runs = new Set<() => void>();
/** The signal that came; `isHeard` is true where the program has a listener of its own for it. */
let received: { readonly signal: NodeJS.Signals; readonly isHeard: boolean } | undefined;

/** Runs before other listeners, so that it still counts one that was added with `once`. */
function onSignal(signal: NodeJS.Signals): void {
  if (received !== undefined) {
    unlisten();
    if (!received.isHeard) process.kill(process.pid, signal);
    return;
  }
  received = { signal, isHeard: process.listenerCount(signal) > 1 };
  for (const stop of [...runs]) stop();
}

function unlisten(): void {
  for (const signal of signals) process.removeListener(signal, onSignal);
}

/**
 * Calls `stop` once at a signal. A run calls the returned function when it has ended, and says whether
 * it has failed. After a signal that nobody else listens to, the last run's call ends the process. It
 * does so after a failure only when the caller of the run has received the error.
 */
export function watchSignals(stop: () => void): (hasFailed: boolean) => void {
  if (!isMainThread) return () => undefined; // signals come to the main thread only
  if (runs.size === 0 && received === undefined)
    for (const signal of signals) process.prependListener(signal, onSignal);
  runs.add(stop);
  if (received !== undefined) stop();
  return (hasFailed) => {
    if (!runs.delete(stop) || runs.size > 0) return;
    unlisten();
    const came = received;
    received = undefined;
    if (came === undefined || came.isHeard) return;
    const end = (): void => {
      process.kill(process.pid, came.signal);
    };
    if (hasFailed) setImmediate(end);
    else end();
  };
}

/**
 * SIGTERM and SIGINT for runs that keep checkpoints: the first asks every such run to save and end,
 * and is given back to the process once all have; the second ends the process at once. Until then our
 * listener stays: others, such as the package signal-exit, end the process where they find themselves
 * alone.
 */
import { isMainThread } from 'node:worker_threads';

const signals = ['SIGTERM', 'SIGINT'] as const;
const runs = new Set<() => void>();
/** What came, and whether the program listens to it, too. */
let received: { readonly signal: NodeJS.Signals; readonly isHeard: boolean } | undefined;

/** Runs before other listeners, so that one of `once` still counts. */
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
 * Calls `stop` at a signal, once, until the returned function is called: by a run that has ended, and
 * says whether it has failed. Where a signal came, the last of them ends the process with it, unless
 * someone else listened too; after a failure once whoever waits for the run was told.
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

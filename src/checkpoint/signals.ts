/**
 * SIGTERM and SIGINT for runs that keep checkpoints: the first asks every such run to save and end,
 * and is given back to the process once all have; the second ends the process at once.
 */
import { isMainThread } from 'node:worker_threads';

const signals = ['SIGTERM', 'SIGINT'] as const;
const runs = new Set<() => void>();
let received: NodeJS.Signals | undefined;

function onSignal(signal: NodeJS.Signals): void {
  received = signal;
  unlisten(); // the next signal does what it does without us
  for (const stop of [...runs]) stop();
}

function unlisten(): void {
  for (const signal of signals) process.removeListener(signal, onSignal);
}

/**
 * Calls `stop` at a signal, once, until the returned function is called: by a run that has ended.
 * Where a signal came, the last of them ends the process with it, unless someone else listens too.
 */
export function watchSignals(stop: () => void): () => void {
  if (!isMainThread) return () => undefined; // signals come to the main thread only
  if (runs.size === 0 && received === undefined)
    for (const signal of signals) process.on(signal, onSignal);
  runs.add(stop);
  if (received !== undefined) stop();
  return () => {
    if (!runs.delete(stop) || runs.size > 0) return;
    unlisten();
    const signal = received;
    received = undefined;
    if (signal !== undefined && process.listenerCount(signal) === 0)
      process.kill(process.pid, signal);
  };
}

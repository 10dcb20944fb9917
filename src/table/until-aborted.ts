/** Ends the reading of a source where its signal says so. */
import { onAbort } from '../abort.js';
import { ThalwegError } from '../errors.js';

function aborted(signal: AbortSignal, name: string): ThalwegError {
  return new ThalwegError(
    { code: 'ABORTED', path: name, received: 'an aborted signal', expected: 'no abort' },
    { cause: signal.reason },
  );
}

/** Throws ABORTED once the signal is set. */
export function checkSignal(signal: AbortSignal | undefined, name: string): void {
  if (signal?.aborted === true) throw aborted(signal, name);
}

/** Waits for a promise, or for the signal, which rejects with ABORTED. */
function orAborted<T>(waited: Promise<T>, signal: AbortSignal, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(aborted(signal, name));
    };
    const forget = onAbort(signal, stop);
    void waited.then(resolve, reject).finally(forget);
    if (signal.aborted) stop();
  });
}

/** Passes the items of a stream on. An abort ends it even where the next item never comes. */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
  name: string,
): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  let isOpen = true;
  try {
    for (;;) {
      const next = Promise.resolve(iterator.next());
      next.catch(() => (isOpen = false)); // a stream that fails has ended
      const item = await orAborted(next, signal, name);
      isOpen = item.done !== true;
      if (!isOpen) return;
      yield item.value as T;
    }
  } finally {
    const closed = isOpen ? Promise.resolve(iterator.return?.()) : undefined;
    // A stalled stream closes late or never.
    if (signal.aborted) closed?.catch(() => undefined);
    else await closed;
  }
}

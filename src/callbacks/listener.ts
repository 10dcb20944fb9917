/** A function of yours as a callback. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
import type { Callback, RunControl } from '../run/callback.js';
import type { TrainEvent } from '../run/events.js';
import { checkName } from './check.js';

/**
 * Calls a function with every event, and with the run, which it can stop. The run waits for a promise
 * that it returns to `start`, `epoch` and `end`.
 *
 * @throws ThalwegError TYPE
 * @example
 * callbacks.listener('budget', (event, run) => {
 *   if (event.type === 'epoch' && event.seconds > 60) run.stop('an epoch takes over a minute');
 * });
 */
export function listener(
  name: string,
  listen: (event: TrainEvent, run: RunControl) => unknown,
): Callback {
  checkName('listener.name', name);
  if (typeof listen !== 'function')
    throw new ThalwegError({
      code: 'TYPE',
      path: 'listener',
      received: describe(listen),
      expected: 'a function of an event and the run',
    });
  return { name, start: listen, progress: listen, epoch: listen, warning: listen, end: listen };
}

/** Makes a callback of a function. */
import { wrongType } from '../options.js';
import type { Callback, RunControl } from '../run/callback.js';
import type { TrainEvent } from '../run/events.js';
import { checkName } from './check.js';

/**
 * Makes a callback that calls a function with every event and with the run, which the function can
 * stop. Where the function returns a promise for `start`, `epoch` or `end`, the run waits for it.
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
    throw wrongType('listener', listen, 'a function of an event and the run');
  return { name, start: listen, progress: listen, epoch: listen, warning: listen, end: listen };
}

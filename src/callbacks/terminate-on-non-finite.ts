/** Ends a run whose loss is NaN or infinite. */
import { checkOptions } from '../options.js';
import type { Callback, RunControl } from '../run/callback.js';
import { checkName } from './check.js';

/**
 * Stops a run whose training or validation loss is NaN or infinite, within about a twentieth of a
 * second. It is for trainers with `nonFinite: 'allow'` or `'skip'`. With `'stop'`, the default, the
 * step itself throws before it changes a weight.
 *
 * `name` is the callback's name, by default `'terminateOnNonFinite'`.
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION
 */
export function terminateOnNonFinite(options: { readonly name?: string } = {}): Callback {
  checkOptions('terminateOnNonFinite', options, ['name']);
  const name = checkName('terminateOnNonFinite.name', options.name ?? 'terminateOnNonFinite');
  const judge = (what: string, loss: number | undefined, run: RunControl): void => {
    if (loss !== undefined && !Number.isFinite(loss)) run.stop(`${name}: the ${what} is ${loss}`);
  };
  return {
    name,
    progress: ({ loss, stepInEpoch, skippedSteps }, run) => {
      if (stepInEpoch > skippedSteps) judge('loss', loss, run);
    },
    epoch: ({ loss, validation }, run) => {
      judge('loss', loss, run);
      judge('validation loss', validation?.loss, run);
    },
  };
}

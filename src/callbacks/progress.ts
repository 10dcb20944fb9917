/** The progress display as a callback. */
import { type ProgressOptions, progress as display } from '../cli/progress.js';
import type { Callback } from '../run/callback.js';

/**
 * Shows how training goes, as `onEvent: progress()` does, in its place among the callbacks.
 *
 * @throws ThalwegError TYPE, RANGE, UNKNOWN_OPTION
 */
export function progress(options: ProgressOptions = {}): Callback {
  const show = display(options);
  return { name: 'progress', start: show, progress: show, epoch: show, warning: show, end: show };
}

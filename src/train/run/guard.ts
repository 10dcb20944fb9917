/** How often a guarded run takes a step twice. */
import { checkBoolean, checkNumber, checkOptions } from '../../options.js';

/** Options of `fit`'s `guard`. */
export interface GuardOptions {
  /** Takes every such step twice, counted over all runs: an integer, at least 1. Default 1000. */
  readonly everySteps?: number;
}

const defaultEverySteps = 1000;

/** `everySteps`, or 0 for none. */
export function checkGuard(path: string, given: unknown): number {
  if (typeof given !== 'object') return checkBoolean(path, given) ? defaultEverySteps : 0;
  const { everySteps = defaultEverySteps } = checkOptions(path, given, ['everySteps']);
  return checkNumber(`${path}.everySteps`, everySteps, { min: 1, integer: true });
}

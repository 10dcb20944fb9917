/** The option of `fit` that computes some steps twice, to find hardware errors. */
import { checkBoolean, checkNumber, checkOptions } from '../../options.js';

/** Options of `fit`'s `guard`. */
export interface GuardOptions {
  /** One step in so many, counted over all runs, is computed twice: an integer, at least 1. Default 1000. */
  readonly everySteps?: number;
}

const defaultEverySteps = 1000;

/** Returns `everySteps`; 0 where no step is computed twice. */
export function checkGuard(path: string, given: unknown): number {
  if (typeof given !== 'object') return checkBoolean(path, given) ? defaultEverySteps : 0;
  const { everySteps = defaultEverySteps } = checkOptions(path, given, ['everySteps']);
  return checkNumber(`${path}.everySteps`, everySteps, { min: 1, integer: true });
}

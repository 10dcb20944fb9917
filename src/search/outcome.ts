/** The result of a trial. */
import { ThalwegError } from '../errors.js';
import { wrongType } from '../options.js';
import { isInstance } from '../values.js';
import type { Outcome } from './journal/study-store.js';
import type { Trial } from './trial.js';

/** Makes the error of a trial that has neither a value nor a report. */
export function noResult(): ThalwegError {
  return new ThalwegError({
    code: 'TYPE',
    path: 'objective',
    received: 'no result and no report',
    expected: 'a number',
    remedy: 'return the value of the objective, or call trial.report',
  });
}

/** Returns the result of a trial: of what its objective returned, its reports, and what a rule said. */
export function outcomeOf(
  { reported: { last, best }, verdict }: Trial<never>,
  given: number | undefined,
): Outcome {
  const reason = verdict?.reason;
  if (verdict?.state === 'pruned')
    return { state: 'pruned', value: Number.isFinite(last) ? last : undefined, reason };
  const value = given ?? (verdict === undefined ? last : best);
  if (value === undefined) throw noResult();
  if (Number.isFinite(value)) return { state: 'complete', value, reason };
  return { state: 'failed', value: undefined, reason: `the result is ${value}` };
}

/** Returns the outcome of a trial that has failed for this reason, a text or an error; throws TYPE for others. */
export function failureOf(reason: unknown): Outcome {
  const text: unknown = isInstance(reason, Error) ? reason.message : reason;
  if (typeof text !== 'string') throw wrongType('fail.reason', reason, 'text or an Error');
  return { state: 'failed', value: undefined, reason: text.slice(0, 1000) };
}

/** The record of a trial, as plain data. */
import type { AnyValues } from './parameters.js';

/**
 * The state of a trial: it waits for a worker, it runs, it has its result, a rule stopped it, or its
 * objective failed.
 */
export type TrialState = 'waiting' | 'running' | 'complete' | 'pruned' | 'failed';

/** A value that a trial reported. */
export interface Report {
  /** The epoch, or any other step, from 0. */
  readonly epoch: number;
  /** The value of the objective after it; it may be NaN or infinite. */
  readonly value: number;
}

/** The record of a trial; V is the type of its values. */
export interface TrialRecord<V = AnyValues> {
  /** The number of the trial, from 0. */
  readonly number: number;
  /** The state of the trial. */
  readonly state: TrialState;
  /** The values of its parameters, by name. */
  readonly values: V;
  /** The result; the last reported value of a pruned trial. Absent before the end, and after a failure. */
  readonly value?: number;
  /** The reported values, by rising epoch. */
  readonly history: readonly Report[];
  /** The reason why a rule stopped it, or the message of its failure. */
  readonly reason?: string;
  /** The stage, from 0; absent without stages. */
  readonly stage?: number;
  /** The epochs that its stage gives it; absent without stages. */
  readonly epochs?: number;
  /** The time at which it began; absent while it waits. */
  readonly started?: Date;
  /** The time at which it ended; absent before. */
  readonly ended?: Date;
}

/** Returns true for a trial that has ended. */
export function isFinished({ state }: { readonly state: TrialState }): boolean {
  return state !== 'waiting' && state !== 'running';
}

/** Returns a number that is smaller where a value is better; NaN counts as the worst. */
export function costOf(value: number, maximize: boolean): number {
  if (Number.isNaN(value)) return Infinity;
  return maximize ? -value : value;
}

/**
 * Returns the complete trials from the best to the worst, those of a later stage first, because they have
 * trained longer. The earlier of equals comes first.
 */
export function ranking(trials: readonly TrialRecord[], maximize: boolean): TrialRecord[] {
  const cost = ({ value }: TrialRecord): number => costOf(value!, maximize);
  const stageOf = ({ stage = 0 }: TrialRecord): number => stage;
  return trials
    .filter(({ state, value }) => state === 'complete' && value !== undefined)
    .sort((a, b) => stageOf(b) - stageOf(a) || cost(a) - cost(b) || a.number - b.number);
}

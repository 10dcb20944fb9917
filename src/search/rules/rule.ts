/** The contract of rules that stop trials early. */
import { wrongType } from '../../options.js';
import { propertyOf } from '../../values.js';
import type { Report, TrialRecord } from '../trial-record.js';

/** A trial that has just reported a value, and the study around it. */
export interface RuleContext {
  /** The trial's reported values, by rising epoch; the last one is new. */
  readonly history: readonly Report[];
  /** The best of these values, so that a rule need not look at all of them; NaN counts as the worst. */
  readonly best: number;
  /** All other trials of the study, with their reported values. */
  readonly others: readonly TrialRecord[];
  /** True where greater values are better. */
  readonly maximize: boolean;
}

/** A decision to stop a trial. */
export interface Verdict {
  /** The reason, which the trial's record keeps. */
  readonly reason: string;
  /** `'pruned'` gives the trial up; `'complete'` takes its best reported value as its result. */
  readonly state: 'pruned' | 'complete';
}

/** Decides after each report whether a trial stops. */
export interface StoppingRule {
  /** The name, for messages. */
  readonly name: string;
  /** Returns why the trial stops; undefined where it goes on. */
  judge(context: RuleContext): Verdict | undefined;
}

/** Returns what a rule decided; throws TYPE where it is no verdict. */
function checkVerdict(rule: StoppingRule, value: unknown): Verdict {
  const [reason, state] = [propertyOf(value, 'reason'), propertyOf(value, 'state')];
  if (typeof reason === 'string' && (state === 'pruned' || state === 'complete'))
    return { reason, state };
  const { name } = rule as { readonly name?: unknown };
  throw wrongType(
    `stopping.${typeof name === 'string' ? name : 'judge'}`,
    value,
    "undefined, or an object of a text `reason` and a `state` 'pruned' or 'complete'",
  );
}

/**
 * Returns the decision of the first rule that stops the trial; undefined where none does.
 *
 * @throws ThalwegError TYPE where a rule returns neither a verdict nor undefined
 */
export function firstVerdict(
  rules: readonly StoppingRule[],
  context: RuleContext,
): Verdict | undefined {
  for (const rule of rules) {
    const verdict = rule.judge(context);
    if (verdict !== undefined) return checkVerdict(rule, verdict);
  }
  return undefined;
}

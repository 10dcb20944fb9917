/** Asks the sampler of a study for values, and checks them. */
import { checkValues } from './parameters.js';
import type { Proposals, Suggestion } from './sampler.js';
import type { CheckedStudy } from './study-options.js';
import type { TrialRecord } from './trial-record.js';

/** Chooses the values of the trials of one study. */
export class Chooser {
  readonly #checked: CheckedStudy;
  readonly #proposals: Proposals;
  readonly #usable = new WeakMap<TrialRecord, boolean>();

  constructor(checked: CheckedStudy) {
    this.#checked = checked;
    this.#proposals = checked.sampler.begin(checked);
  }

  /** The number of trials after which the sampler has no others. */
  get length(): number {
    return this.#proposals.length ?? Infinity;
  }

  /** The doubts of the sampler. */
  get warnings(): readonly string[] {
    return this.#proposals.warnings ?? [];
  }

  /** Returns what a report should say of the sampler. */
  notes(trials: readonly TrialRecord[]): readonly string[] {
    return this.#proposals.notes?.(trials) ?? [];
  }

  /** Returns the values of a new trial; undefined where running trials must end before. */
  readonly choose = (number: number, trials: readonly TrialRecord[]): Suggestion | undefined => {
    const usable = trials.filter(this.isUsable);
    const suggestion = this.#proposals.propose(number, usable);
    if (suggestion === undefined) return undefined;
    const { parameters, sampler } = this.#checked;
    const values = checkValues(`${sampler.name}.values`, parameters, suggestion.values);
    return { ...suggestion, values };
  };

  /** Returns false for a trial of another program whose values are not in the space. */
  readonly isUsable = (record: TrialRecord): boolean => {
    const known = this.#usable.get(record);
    if (known !== undefined) return known;
    let isUsable = true;
    try {
      checkValues('trial', this.#checked.parameters, record.values);
    } catch {
      isUsable = false;
    }
    this.#usable.set(record, isUsable);
    return isUsable;
  };
}

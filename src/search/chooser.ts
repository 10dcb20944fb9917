/** Asks the sampler of a study for values, and checks them. */
import { checkNumber, checkText, wrongType } from '../options.js';
import { checkList, isObject, propertyOf } from '../values.js';
import { checkValues } from './parameters.js';
import type { Proposals, Suggestion } from './sampler.js';
import type { CheckedStudy } from './study-options.js';
import type { TrialRecord } from './trial-record.js';

const whole = { min: 0, max: 2 ** 40, integer: true };

/** Returns what a sampler's `begin` returned, with its parts checked. */
function checkProposals(path: string, value: unknown): Proposals {
  if (typeof propertyOf(value, 'propose') !== 'function')
    throw wrongType(`${path}.begin`, value, 'an object with a function `propose`');
  const { length, warnings, notes } = value as { readonly [K in keyof Proposals]?: unknown };
  if (length !== undefined) checkNumber(`${path}.length`, length, whole);
  if (warnings !== undefined)
    checkList(`${path}.warnings`, warnings, 'an array of texts', checkText);
  if (notes !== undefined && typeof notes !== 'function')
    throw wrongType(`${path}.notes`, notes, 'a function of the trials');
  return value as Proposals;
}

/** Returns what a sampler proposed, with its parts checked. */
function checkSuggestion({ sampler, parameters }: CheckedStudy, value: unknown): Suggestion {
  const path = sampler.name;
  if (!isObject(value))
    throw wrongType(`${path}.propose`, value, 'an object with `values`, or undefined');
  const { values, stage, epochs } = value as { readonly [K in keyof Suggestion]?: unknown };
  return {
    values: checkValues(`${path}.values`, parameters, values),
    ...(stage === undefined ? {} : { stage: checkNumber(`${path}.stage`, stage, whole) }),
    ...(epochs === undefined ? {} : { epochs: checkNumber(`${path}.epochs`, epochs, whole) }),
  };
}

/** Chooses the values of the trials of one study. */
export class Chooser {
  readonly #checked: CheckedStudy;
  readonly #proposals: Proposals;
  readonly #usable = new WeakMap<TrialRecord, boolean>();

  constructor(checked: CheckedStudy) {
    this.#checked = checked;
    this.#proposals = checkProposals(checked.sampler.name, checked.sampler.begin(checked));
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
    return checkSuggestion(this.#checked, suggestion);
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

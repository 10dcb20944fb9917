/** Searches from coarse to fine: many short trials first, then few long ones where the best of them lie. */
import { ThalwegError } from '../../errors.js';
import { checkNumber, requireOptions, checkOptions, wrongType } from '../../options.js';
import { checkList, isObject, propertyOf } from '../../values.js';
import { clamp, placeOf, valueAt } from '../coordinates.js';
import type { Parameter } from '../parameters.js';
import type { Proposals, Sampler, SamplerSetting } from '../sampler.js';
import type { ChoiceValue, PlainDimension } from '../space.js';
import { TrialRandom, use } from '../trial-random.js';
import { type TrialRecord, isFinished, ranking } from '../trial-record.js';
import { random } from './random.js';

/** One stage of a search. */
export interface Stage {
  /** The epochs that each of its trials should train, an integer, at least 1. */
  readonly epochs: number;
  /** The number of its trials, an integer, at least 1. */
  readonly trials: number;
}

/** Options of {@link staged}. */
export interface StagedOptions {
  /** The sampler within a stage. Default `search.random()`. */
  readonly sampler?: Sampler;
  /** The share of a stage's trials whose values give the next ranges, in (0, 1]; at least 3 trials. Default 0.2. */
  readonly top?: number;
  /** The share of their spread that is added at both ends, at least 0. Default 0.2. */
  readonly margin?: number;
}

/** The least width of a range, as a share of the range before it. */
const leastWidth = 0.05;
/** The least number of trials that say where good values lie. */
const leastTop = 3;

interface Plan {
  readonly stages: readonly Stage[];
  readonly sampler: Sampler;
  readonly top: number;
  readonly margin: number;
}

/** Returns the range of a number around some places in [0, 1]. */
function rangeAround(places: readonly number[], margin: number): readonly [number, number] {
  const [low, high] = [Math.min(...places), Math.max(...places)];
  const pad = Math.max(margin * (high - low), (leastWidth - (high - low)) / 2);
  return [clamp(low - pad, 0, 1), clamp(high + pad, 0, 1)];
}

/** Returns a parameter whose range or choices are those of good values. */
function narrowed(dimension: PlainDimension, values: readonly ChoiceValue[], margin: number) {
  if (dimension.kind === 'choice')
    return { ...dimension, choices: dimension.choices.filter((each) => values.includes(each)) };
  const places = values.map((value) => placeOf(dimension, value));
  const [low, high] = rangeAround(places, margin);
  const at = (place: number): number => valueAt(dimension, place) as number;
  return { ...dimension, low: at(low), high: at(high) };
}

/**
 * Returns the parameters with the ranges of a stage's best trials. A parameter that fewer than three of them
 * have keeps its range.
 */
export function narrowSpace(
  parameters: readonly Parameter[],
  trials: readonly TrialRecord[],
  { maximize, top, margin }: { maximize: boolean; top: number; margin: number },
): readonly Parameter[] {
  const count = Math.max(leastTop, Math.ceil(top * trials.length));
  const best = ranking(trials, maximize).slice(0, count);
  return parameters.map((parameter) => {
    const values = best.flatMap((trial) =>
      Object.hasOwn(trial.values, parameter.name) ? [trial.values[parameter.name]!] : [],
    );
    if (values.length < leastTop) return parameter;
    return { ...parameter, dimension: narrowed(parameter.dimension, values, margin) };
  });
}

/** Returns a seed for a stage, of 64 bits. */
function seedOfStage(seed: bigint, stage: number): bigint {
  const random = new TrialRandom({ seed, trial: stage, use: use.stage });
  return (BigInt(random.word()) << 32n) | BigInt(random.word());
}

/** The stages of one study. */
class Stages implements Proposals {
  readonly length: number;
  readonly #setting: SamplerSetting;
  readonly #plan: Plan;
  /** The number of the first trial of each stage. */
  readonly #first: readonly number[];
  readonly #begun: { readonly parameters: readonly Parameter[]; readonly proposals: Proposals }[] =
    [];

  constructor(setting: SamplerSetting, plan: Plan) {
    [this.#setting, this.#plan] = [setting, plan];
    let next = 0;
    this.#first = plan.stages.map(({ trials }) => (next += trials) - trials);
    this.length = next;
    this.#begin(setting.parameters);
  }

  propose(number: number, trials: readonly TrialRecord[]) {
    const stage = this.#first.findLastIndex((first) => first <= number);
    if (!this.#reach(stage, number, trials)) return undefined;
    const first = this.#first[stage]!;
    const own = this.#of(stage, trials).map((trial) => ({
      ...trial,
      number: trial.number - first,
    }));
    const suggestion = this.#begun[stage]!.proposals.propose(number - first, own);
    if (suggestion === undefined) return undefined;
    return { values: suggestion.values, stage, epochs: this.#plan.stages[stage]!.epochs };
  }

  /** Says how far each stage has narrowed the ranges. */
  notes(trials: readonly TrialRecord[]): readonly string[] {
    const count = 1 + Math.max(-1, ...trials.map(({ number }) => number));
    this.#reach(this.#plan.stages.length - 1, count, trials);
    return this.#begun.map(({ parameters }, stage) => {
      const { epochs, trials: count } = this.#plan.stages[stage]!;
      const ranges = parameters.map(({ name, dimension }) => {
        if (dimension.kind === 'choice') return `${name} ${dimension.choices.join('|')}`;
        const [low, high] = [dimension.low, dimension.high].map((x) => Number(x.toPrecision(3)));
        return `${name} ${low!}…${high!}`;
      });
      return `stage ${stage + 1}: ${count} trials of ${epochs} epochs; ${ranges.join(', ')}`;
    });
  }

  #of(stage: number, trials: readonly TrialRecord[]): TrialRecord[] {
    const first = this.#first[stage]!;
    const end = first + this.#plan.stages[stage]!.trials;
    return trials.filter(({ number }) => number >= first && number < end);
  }

  /**
   * Begins all stages up to one, of a study with `count` trials; returns false where the trials before it have
   * not all ended. Trials of other programs may be missing among `trials`.
   */
  #reach(stage: number, count: number, trials: readonly TrialRecord[]): boolean {
    while (this.#begun.length <= stage) {
      const before = this.#begun.length - 1;
      const own = this.#of(before, trials);
      if (count < this.#first[before + 1]! || !own.every(isFinished)) return false;
      const { maximize } = this.#setting;
      const { parameters } = this.#begun[before]!;
      this.#begin(narrowSpace(parameters, own, { maximize, ...this.#plan }));
    }
    return true;
  }

  #begin(parameters: readonly Parameter[]): void {
    const seed = seedOfStage(this.#setting.seed, this.#begun.length);
    const proposals = this.#plan.sampler.begin({ ...this.#setting, parameters, seed });
    this.#begun.push({ parameters, proposals });
  }
}

const whole = { min: 1, max: 1e6, integer: true };

function checkStage(path: string, value: unknown): Stage {
  const { epochs, trials } = requireOptions(path, value, ['epochs', 'trials']);
  return {
    epochs: checkNumber(`${path}.epochs`, epochs, whole),
    trials: checkNumber(`${path}.trials`, trials, whole),
  };
}

function checkInner(value: unknown): Sampler {
  if (isObject(value) && typeof propertyOf(value, 'begin') === 'function') return value as Sampler;
  throw wrongType('staged.sampler', value, 'a sampler such as search.sobol()');
}

/** The most trials of all stages, which a study holds in memory. */
const mostTrials = 1e6;

/**
 * Makes a sampler of several stages, from coarse to fine: a stage begins after all trials of the one before
 * have ended, in the ranges where their best results lie. A trial reads `trial.epochs`. With a sampler that
 * does not learn, the list of trials is the same at any number of workers. A study's best trial is one of its
 * last stage.
 *
 * @param stages the stages, each with longer trials than the one before, at most 20
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * const sampler = search.staged([
 *   { epochs: 1, trials: 100 },
 *   { epochs: 5, trials: 30 },
 *   { epochs: 50, trials: 5 },
 * ]);
 */
export function staged(stages: readonly Stage[], options: StagedOptions = {}): Sampler {
  const list = checkList('staged.stages', stages, 'an array of at least one stage', checkStage, 1);
  const total = list.reduce((sum, { trials }) => sum + trials, 0);
  if (list.length > 20 || total > mostTrials)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'staged.stages',
      received: `${list.length} stages of ${total} trials`,
      expected: `at most 20 stages of ${mostTrials} trials`,
    });
  checkOptions('staged', options, ['sampler', 'top', 'margin']);
  const { top = 0.2, margin = 0.2 } = options;
  const plan = {
    stages: list,
    sampler: checkInner(options.sampler ?? random()),
    top: checkNumber('staged.top', top, { min: 0, openMin: true, max: 1 }),
    margin: checkNumber('staged.margin', margin, { min: 0, max: 10 }),
  };
  return { name: 'staged', begin: (setting) => new Stages(setting, plan) };
}

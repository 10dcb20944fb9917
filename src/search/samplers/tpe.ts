/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011, "Algorithms for hyper-parameter optimization"),
 * over all parameters together (Falkner et al. 2018), with running trials counted as bad ones.
 */
import { checkNumber, checkOptions } from '../../options.js';
import { valueAt } from '../coordinates.js';
import { type AnyValues, type Parameter, isActive } from '../parameters.js';
import {
  type Sampler,
  type SamplerSetting,
  mostAttempts,
  refusedByConstraint,
} from '../sampler.js';
import type { ChoiceValue } from '../space.js';
import { TrialRandom, use } from '../trial-random.js';
import { type TrialRecord, costOf, ranking } from '../trial-record.js';
import { ParzenEstimator } from './parzen.js';
import { drawValues } from './random.js';

/** Options of {@link tpe}. */
export interface TpeOptions {
  /** The number of finished trials before which trials are random, an integer, at least 1. Default 10. */
  readonly startup?: number;
  /** The number of candidates, of which a trial is the most promising, an integer, at least 1. Default 64. */
  readonly candidates?: number;
  /** The share of trials that count as good, at most 25 of them, in (0, 1). Default 0.15. */
  readonly good?: number;
}

/** The most trials that count as good. */
const mostGood = 25;

/** The values of good trials, and of all others. */
interface Split {
  readonly good: readonly AnyValues[];
  readonly others: readonly AnyValues[];
}

/** Returns pruned trials, those that came further first, then those with the better last value. */
function prunedRanking(trials: readonly TrialRecord[], maximize: boolean): TrialRecord[] {
  const last = ({ history }: TrialRecord) => history.at(-1);
  const cost = (trial: TrialRecord): number => costOf(last(trial)?.value ?? NaN, maximize);
  return trials
    .filter(({ state }) => state === 'pruned')
    .sort((a, b) => {
      const further = (last(b)?.epoch ?? -1) - (last(a)?.epoch ?? -1);
      if (further !== 0) return further;
      const [x, y] = [cost(a), cost(b)];
      return x === y ? a.number - b.number : x - y;
    });
}

/** Divides trials into good ones and others. A running trial is no good one: it keeps others away. */
function split(trials: readonly TrialRecord[], maximize: boolean, share: number): Split {
  const finished = [...ranking(trials, maximize), ...prunedRanking(trials, maximize)];
  const count = Math.min(Math.ceil(share * finished.length), mostGood);
  const isGood = new Set(finished.slice(0, count));
  const isKnown = new Set(finished);
  const running = ({ state }: TrialRecord): boolean => state === 'running';
  return {
    good: trials.filter((trial) => isGood.has(trial)).map(({ values }) => values),
    others: trials
      .filter((trial) => running(trial) || (isKnown.has(trial) && !isGood.has(trial)))
      .map(({ values }) => values),
  };
}

/** Groups parameters that a trial has, or lacks, together. */
function groupsOf(parameters: readonly Parameter[]): readonly (readonly Parameter[])[] {
  const groups = new Map<string, Parameter[]>();
  for (const parameter of parameters) {
    const key = JSON.stringify(parameter.when);
    groups.set(key, [...(groups.get(key) ?? []), parameter]);
  }
  return [...groups.values()];
}

/** Draws values of one group, and rates them by how much likelier they are among good trials. */
class GroupProposer {
  readonly parameters: readonly Parameter[];
  readonly #good: ParzenEstimator;
  readonly #others: ParzenEstimator;

  constructor(parameters: readonly Parameter[], { good, others }: Split) {
    const having = (list: readonly AnyValues[]): AnyValues[] =>
      list.filter((values) => parameters.every(({ name }) => Object.hasOwn(values, name)));
    this.parameters = parameters;
    this.#good = new ParzenEstimator(parameters, having(good));
    this.#others = new ParzenEstimator(parameters, having(others));
  }

  /** Draws candidates, and returns the best with its rating. */
  best(random: TrialRandom, candidates: number): AnyValues {
    let best: AnyValues = {};
    let highest = -Infinity;
    for (let i = 0; i < candidates; i++) {
      const places = this.#good.draw(random);
      const values: Record<string, ChoiceValue> = {};
      for (const [at, { name, dimension }] of this.parameters.entries())
        values[name] = valueAt(dimension, places[at]!);
      const rating = this.#good.logDensity(values) - this.#others.logDensity(values);
      if (i === 0 || rating > highest) [best, highest] = [values, rating];
    }
    return best;
  }
}

type Checked = Required<TpeOptions>;

function suggest(
  setting: SamplerSetting,
  number: number,
  trials: readonly TrialRecord[],
  { candidates, good }: Checked,
): AnyValues {
  const { parameters, seed, accepts, maximize } = setting;
  const random = new TrialRandom({ seed, trial: number, use: use.candidates });
  const parts = split(trials, maximize, good);
  const groups = groupsOf(parameters).map((group) => new GroupProposer(group, parts));
  for (let attempt = 0; attempt * candidates < mostAttempts; attempt++) {
    const values: Record<string, ChoiceValue> = {};
    for (const group of groups)
      if (isActive(group.parameters[0]!, values))
        Object.assign(values, group.best(random, candidates));
    if (accepts(values)) return values;
  }
  throw refusedByConstraint();
}

/** Returns the values in the order of the space. */
function inOrder(parameters: readonly Parameter[], values: AnyValues): AnyValues {
  const names = parameters.map(({ name }) => name).filter((name) => Object.hasOwn(values, name));
  return Object.fromEntries(names.map((name) => [name, values[name]!]));
}

/**
 * Makes a sampler that learns from finished trials where good values lie: it draws candidates where the best
 * ones lie, and takes the one that is likeliest among good trials compared with others. Running trials count
 * as bad ones, so that several workers do not try the same place. The list of trials is a function of the
 * seed, and of the results that were known when each trial began.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function tpe(options: TpeOptions = {}): Sampler {
  checkOptions('tpe', options, ['startup', 'candidates', 'good']);
  const { startup = 10, candidates = 64, good = 0.15 } = options;
  const whole = { min: 1, max: 10_000, integer: true };
  checkNumber('tpe.startup', startup, whole);
  checkNumber('tpe.candidates', candidates, whole);
  checkNumber('tpe.good', good, { min: 0, openMin: true, max: 1, openMax: true });
  return {
    name: 'tpe',
    begin: (setting) => ({
      propose(number, trials) {
        const learnt = trials.filter(({ state }) => state === 'complete' || state === 'pruned');
        if (learnt.length < startup) return { values: drawValues(setting, number) };
        const values = suggest(setting, number, trials, { startup, candidates, good });
        return { values: inOrder(setting.parameters, values) };
      },
    }),
  };
}

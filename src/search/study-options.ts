/** Options of a study, and their checks. */
import {
  checkNumber,
  checkOneOf,
  checkPath,
  checkText,
  requireOptions,
  wrongType,
} from '../options.js';
import { checkList, checkSeed, isObject, propertyOf } from '../values.js';
import { type AnyValues, type Parameter, checkSpace } from './parameters.js';
import type { StoppingRule } from './rules/rule.js';
import type { Sampler } from './sampler.js';
import { grid } from './samplers/grid.js';
import { random } from './samplers/random.js';
import { sobol } from './samplers/sobol.js';
import { tpe } from './samplers/tpe.js';
import type { Space, Values } from './space.js';

/** A direction of better values. */
export type Direction = 'minimize' | 'maximize';

/** The name of a sampler with its default options. */
export type SamplerName = 'random' | 'grid' | 'sobol' | 'tpe';

/** Limits of the work of a whole study. When one is reached, running trials stop at their next report. */
export interface Budget {
  /** The reported epochs of all trials, an integer, at least 1. Default: no limit. */
  readonly epochs?: number;
  /** The seconds since the study was opened, greater than 0. Default: no limit. */
  readonly seconds?: number;
}

/** Options of {@link study}. */
export interface StudyOptions<S extends Space = Space> {
  /** The parameters, by name. */
  readonly space: S;
  /** `'minimize'` where smaller values are better, `'maximize'` where greater ones are. Default `'minimize'`. */
  readonly direction?: Direction;
  /** The number of trials of the whole study, also of those that its store already has. Default: no limit. */
  readonly trials?: number;
  /** An integer in [0, 2^64) from which all randomness of the study follows. Default 0. */
  readonly seed?: number | bigint;
  /** Chooses the values of trials. Default `'tpe'`. */
  readonly sampler?: Sampler | SamplerName;
  /** Accepts or refuses values before a trial has them. It must depend on nothing else. */
  readonly constraint?: (values: Values<S>) => boolean;
  /** Rules that stop trials early; the first that applies decides. Default: none. */
  readonly stopping?: readonly StoppingRule[];
  /** Limits of the work. Default: none. */
  readonly budget?: Budget;
  /**
   * The file that keeps the study: a journal of Optuna, which several processes may share. Default: the study
   * is kept in memory alone.
   */
  readonly store?: string;
  /** The name of the study in its store. Default `'study'`. */
  readonly name?: string;
  /**
   * The seconds after which a trial may be taken by another worker, where its own on another machine gives no
   * sign of life; at least 1. On one machine a dead process is noticed at once, and a living one keeps its
   * trials. An objective that blocks its process gives no sign of life. Default 60.
   */
  readonly leaseSeconds?: number;
}

/** The keys of the options of a study. */
const studyKeys = [
  'space',
  'direction',
  'trials',
  'seed',
  'sampler',
  'constraint',
  'stopping',
  'budget',
  'store',
  'name',
  'leaseSeconds',
];

/** Checked options, with their defaults. */
export interface CheckedStudy {
  readonly parameters: readonly Parameter[];
  readonly maximize: boolean;
  readonly trials: number;
  readonly seed: bigint;
  readonly sampler: Sampler;
  readonly accepts: (values: AnyValues) => boolean;
  readonly rules: readonly StoppingRule[];
  readonly budget: { readonly epochs: number; readonly seconds: number };
  readonly store: string | undefined;
  readonly name: string;
  readonly leaseSeconds: number;
}

const makers = { random, grid, sobol, tpe };

function checkSampler(path: string, value: unknown): Sampler {
  if (typeof value === 'string')
    return makers[checkOneOf(path, value, ['random', 'grid', 'sobol', 'tpe'])]();
  if (isObject(value) && typeof propertyOf(value, 'begin') === 'function') {
    checkText(`${path}.name`, propertyOf(value, 'name'));
    return value as Sampler;
  }
  throw wrongType(path, value, 'a sampler such as search.tpe()');
}

function checkRule(path: string, value: unknown): StoppingRule {
  if (isObject(value) && typeof propertyOf(value, 'judge') === 'function')
    return value as StoppingRule;
  throw wrongType(path, value, 'a rule such as search.median()');
}

function checkConstraint(path: string, value: unknown): (values: AnyValues) => boolean {
  if (value === undefined) return () => true;
  if (typeof value !== 'function') throw wrongType(path, value, 'a function of the values');
  return (values) => {
    const accepted: unknown = (value as (given: AnyValues) => unknown)(values);
    if (typeof accepted === 'boolean') return accepted;
    throw wrongType(path, accepted, 'true or false from the function');
  };
}

const count = { min: 1, max: 1e6, integer: true };

function checkBudget(path: string, value: unknown): CheckedStudy['budget'] {
  const { epochs, seconds } = requireOptions(path, value ?? {}, ['epochs', 'seconds']);
  const whole = { min: 1, max: 2 ** 52, integer: true };
  return {
    epochs: epochs === undefined ? Infinity : checkNumber(`${path}.epochs`, epochs, whole),
    seconds:
      seconds === undefined
        ? Infinity
        : checkNumber(`${path}.seconds`, seconds, { min: 0, openMin: true }),
  };
}

/**
 * Checks the options of a study.
 *
 * @param path the name of the function in errors
 * @param more the keys that the function takes besides
 * @throws ThalwegError TYPE, RANGE, SEED, DUPLICATE, UNKNOWN_OPTION
 */
export function checkStudy(path: string, given: unknown, more: readonly string[]): CheckedStudy {
  const options = requireOptions(path, given, [...studyKeys, ...more]);
  const { direction = 'minimize', seed = 0, sampler = 'tpe', name = 'study' } = options;
  const { trials, stopping = [], store, leaseSeconds = 60 } = options;
  return {
    parameters: checkSpace(`${path}.space`, options['space']),
    maximize: checkOneOf(`${path}.direction`, direction, ['minimize', 'maximize']) === 'maximize',
    trials: trials === undefined ? Infinity : checkNumber(`${path}.trials`, trials, count),
    seed: checkSeed(`${path}.seed`, seed),
    sampler: checkSampler(`${path}.sampler`, sampler),
    accepts: checkConstraint(`${path}.constraint`, options['constraint']),
    rules: checkList(`${path}.stopping`, stopping, 'an array of rules', checkRule),
    budget: checkBudget(`${path}.budget`, options['budget']),
    store: store === undefined ? undefined : checkPath(`${path}.store`, store),
    name: checkText(`${path}.name`, name),
    leaseSeconds: checkNumber(`${path}.leaseSeconds`, leaseSeconds, { min: 1, max: 1e6 }),
  };
}

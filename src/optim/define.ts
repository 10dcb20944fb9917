/** Optimizers as checked, plain descriptions, and the translation of a description into a native rule. */
import {
  type Range,
  checkBoolean,
  checkNumber,
  checkOneOf,
  checkOptions,
  nonNegative,
  positive,
  wrongType,
} from '../options.js';
import { checkList, propertyOf } from '../values.js';
import { startOf } from '../schedule/define.js';
import {
  type LearningRate,
  type Scheduled,
  check as checkScheduled,
} from '../schedule/schedule.js';

/** A set of parameters with separate settings. */
export interface ParameterGroup {
  /**
   * Pattern of parameter names, in which `*` stands for any characters, as in `*.bias`. A parameter belongs
   * to the first group that matches it. A group without parameters is an error, unless its pattern is `*`.
   */
  readonly match: string;
  /** Multiplies the optimizer's learning rate. Default 1. */
  readonly learningRateScale?: number;
  /** Replaces the optimizer's learning rate and its schedule; finite, at least 0. */
  readonly learningRate?: number;
  /** Replaces the optimizer's coupled L2; at least 0. */
  readonly l2?: number;
  /** Replaces the optimizer's decoupled decay; at least 0. */
  readonly weightDecay?: number;
  /**
   * False freezes the parameters. No step computes, measures, checks or clips their gradients, or changes
   * them and their state. A batch norm whose parameters are all frozen uses its running statistics, which
   * do not change. A learning rate or scale of 0 has the same effect. Default true.
   */
  readonly trainable?: boolean;
}

/** Options that every optimizer takes. */
export interface CommonOptions {
  /** A number, a schedule, or a function of the steps taken so far; finite, at least 0. */
  readonly learningRate?: LearningRate;
  /** λ of coupled L2, which adds λw to the gradient. At least 0, default 0; may follow a schedule. */
  readonly l2?: Scheduled;
  /**
   * λ of decoupled decay, w −= ηλw besides the update. At least 0, default 0 (adamW 0.01); may follow a
   * schedule.
   */
  readonly weightDecay?: Scheduled;
  /** Sets of parameters with other rates or decays; the first match counts. Default none. */
  readonly groups?: readonly ParameterGroup[];
  /** `'tfjs'` uses the formulas and defaults of TensorFlow.js where they differ. */
  readonly compat?: 'tfjs';
}

/** A plain, serialisable description of an optimizer; made by `optim.adam`, … */
export interface Optimizer {
  /** The kind of optimizer, such as `adam`. */
  readonly kind: string;
  /** The learning rate, before a group's scale multiplies it. */
  readonly learningRate: LearningRate;
  /** λ of coupled L2. */
  readonly l2: Scheduled;
  /** λ of decoupled decay. */
  readonly weightDecay: Scheduled;
  /** Sets of parameters with other rates or decays. */
  readonly groups: readonly ParameterGroup[];
  /** The library whose formulas replace the papers' where they differ. */
  readonly compat?: 'tfjs';
}

/** A numeric option of an optimizer: its default, TensorFlow.js's where it differs, and its range. */
interface NumberSpec {
  readonly default: number;
  readonly tfjs?: number;
  readonly range: Range;
  /** True where the option may follow a schedule. */
  readonly scheduled?: true;
}

/** One option of an optimizer. */
export type OptionSpec =
  | NumberSpec
  | { readonly default: boolean; readonly range: 'boolean' }
  | { readonly default: string; readonly range: readonly string[] };

/** Everything that is particular to one optimizer. */
interface Definition {
  readonly kind: string;
  readonly learningRate: number;
  readonly weightDecay?: number;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Returns the name of the native rule for these options. */
  rule(options: Readonly<Record<string, unknown>>): string;
}

/** A number that a step reads, and the range that its scheduled values must have. */
export interface Setting {
  /** The path of the option, for errors. */
  readonly path: string;
  readonly value: Scheduled;
  readonly range: Range;
}

/** An optimizer as the native step needs it: the rule's name and its numbers. */
interface LoweredOptimizer {
  readonly rule: string;
  /** The rule's settings by their native names, without the learning rate. */
  readonly hyper: Readonly<Record<string, Setting>>;
  readonly learningRate: LearningRate;
  readonly l2: Setting;
  readonly weightDecay: Setting;
  readonly groups: readonly ParameterGroup[];
}

/** The range of decay rates, [0, 1). */
const unit: Range = { min: 0, max: 1, openMax: true };

/** Describes an option in [0, 1) that may follow a schedule: the share that an average keeps at each step. */
export function decayRate(fallback: number): NumberSpec {
  return { default: fallback, range: unit, scheduled: true };
}

const commonKeys = ['learningRate', 'l2', 'weightDecay', 'groups', 'compat'];
const groupNumbers = ['learningRateScale', 'learningRate', 'l2', 'weightDecay'];
const groupKeys = ['match', ...groupNumbers, 'trainable'];
/** The definitions of all optimizers, by kind. */
export const definitions = new Map<string, Definition>();

function checkGroups(path: string, groups: unknown): readonly ParameterGroup[] {
  if (groups === undefined) return [];
  return Object.freeze(
    checkList(path, groups, 'an array', (at, group) => {
      const options = checkOptions(at, group, groupKeys);
      if (typeof options['match'] !== 'string')
        throw wrongType(`${at}.match`, options['match'], "a pattern such as '*.bias'");
      for (const key of groupNumbers)
        if (options[key] !== undefined) checkRate(`${at}.${key}`, options[key]);
      checkBoolean(`${at}.trainable`, options['trainable'] ?? true);
      return Object.freeze({ ...(group as ParameterGroup) });
    }),
  );
}

/**
 * Checks a number, or the first value of a schedule. Later values of a schedule, and all values of a
 * function, are checked when a step uses them.
 */
export function checkSetting(path: string, given: unknown, range: Range): Setting {
  if (typeof given === 'number') return { path, value: checkNumber(path, given, range), range };
  const value = checkScheduled(path, given);
  if (typeof value !== 'function') checkNumber(`${path} at step 0`, startOf(value), range);
  return { path, value, range };
}

/** Checks a rate: 0, or a number that does not become 0 or Infinity in float32. */
function checkRate(path: string, value: unknown): number {
  return checkNumber(path, value, typeof value === 'number' && value > 0 ? positive : nonNegative);
}

/** Checks a learning rate. Later values of a schedule are checked when a step uses them. */
function checkLearningRate(path: string, value: unknown): LearningRate {
  return typeof value === 'number'
    ? checkRate(path, value)
    : checkSetting(path, value, nonNegative).value;
}

function checkOption(path: string, spec: OptionSpec, value: unknown): unknown {
  if (spec.range === 'boolean') return checkBoolean(path, value);
  if (Array.isArray(spec.range)) return checkOneOf(path, value, spec.range as readonly string[]);
  const { range, scheduled } = spec as NumberSpec;
  return scheduled ? checkSetting(path, value, range).value : checkNumber(path, value, range);
}

/** Makes the factory of an optimizer from its definition. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each factory has its own
export function define<Options extends CommonOptions>(
  definition: Definition,
): (options?: Options) => Optimizer {
  const { kind, options: specs } = definition;
  definitions.set(kind, definition);
  const keys = [...commonKeys, ...Object.keys(specs)];
  return (given) => {
    const options = checkOptions(kind, given, keys);
    const at = (key: string): string => `${kind}.${key}`;
    const compat =
      options['compat'] === undefined
        ? {}
        : { compat: checkOneOf(at('compat'), options['compat'], ['tfjs']) };
    const own = Object.entries(specs).map(([key, spec]) => {
      const fallback = 'compat' in compat ? tfjsDefault(spec) : spec.default;
      return [key, checkOption(at(key), spec, options[key] ?? fallback)] as const;
    });
    const decay = (key: string, fallback: number): Scheduled =>
      checkSetting(at(key), options[key] ?? fallback, nonNegative).value;
    return Object.freeze({
      kind,
      learningRate: checkLearningRate(
        at('learningRate'),
        options['learningRate'] ?? definition.learningRate,
      ),
      ...Object.fromEntries(own),
      l2: decay('l2', 0),
      weightDecay: decay('weightDecay', definition.weightDecay ?? 0),
      groups: checkGroups(at('groups'), options['groups']),
      ...compat,
    });
  };
}

function rangeOf(spec: OptionSpec): Range {
  return typeof spec.range === 'object' && !Array.isArray(spec.range) ? (spec.range as Range) : {};
}

function tfjsDefault(spec: OptionSpec): number | boolean | string {
  return 'tfjs' in spec && spec.tfjs !== undefined ? spec.tfjs : spec.default;
}

/** Returns `value` if it is the description of an optimizer; otherwise throws TYPE. */
export function checkOptimizer(value: unknown): Optimizer {
  const kind = propertyOf(value, 'kind');
  if (typeof value === 'object' && typeof kind === 'string' && definitions.has(kind))
    return value as Optimizer;
  throw wrongType('optimizer', kind ?? value, 'an optimizer such as optim.adam()');
}

/** Returns the rule and numbers of a description. Checks the options again, because they may come from a file. */
export function lower(optimizer: Optimizer): LoweredOptimizer {
  const definition = definitions.get(checkOptimizer(optimizer).kind)!;
  const options = optimizer as unknown as Readonly<Record<string, unknown>>;
  const at = (key: string): string => `${definition.kind}.${key}`;
  const hyper: Record<string, Setting> = {};
  for (const [key, spec] of Object.entries(definition.options)) {
    const value = checkOption(at(key), spec, options[key] ?? spec.default);
    if (typeof value === 'string') continue;
    const number = typeof value === 'boolean' ? Number(value) : (value as Scheduled);
    hyper[key] = { path: at(key), value: number, range: rangeOf(spec) };
  }
  return {
    rule: definition.rule(options),
    hyper,
    learningRate: checkLearningRate(at('learningRate'), optimizer.learningRate),
    l2: checkSetting(at('l2'), optimizer.l2, nonNegative),
    weightDecay: checkSetting(at('weightDecay'), optimizer.weightDecay, nonNegative),
    groups: checkGroups(at('groups'), optimizer.groups),
  };
}

/** Returns true where no step changes the group's parameters. */
export function isFrozen({ trainable, learningRate, learningRateScale }: ParameterGroup): boolean {
  return trainable === false || (learningRate ?? learningRateScale) === 0;
}

/** Step settings: from an optimizer's description to the numbers that a native step reads. */
import { ThalwegError } from '../errors.js';
import { type NativeRule, native } from '../native.js';
import {
  type Range,
  checkNumber,
  checkOneOf,
  checkOptions,
  greatestFloat,
  nonNegative,
  positive,
} from '../options.js';
import type { Position } from '../schedule/position.js';
import type { MetricPath } from '../metrics/path.js';
import { type LearningRate, type Scheduled, givenAt, metricsUsed } from '../schedule/schedule.js';
import {
  type Optimizer,
  type ParameterGroup,
  type Setting,
  checkSetting,
  isFrozen,
  lower,
} from './define.js';
import { checkGroups, groupOf } from './groups.js';

/** Bounds on the gradient, applied in this order. Each is off by default; each may follow a schedule. */
export interface ClipOptions {
  /** Clamps each element to ±value; greater than 0. */
  readonly value?: Scheduled;
  /** Scales each tensor down to at most this Euclidean norm; greater than 0. */
  readonly tensorNorm?: Scheduled;
  /** Scales the whole gradient down to at most this Euclidean norm; greater than 0. */
  readonly globalNorm?: Scheduled;
}

/**
 * What happens to a step that meets NaN or an infinity in a gradient or loss, or would write one into a
 * weight, the optimizer's state or an average: `'stop'` throws NONFINITE before anything changes,
 * `'skip'` leaves the step out and counts it, `'allow'` does not look (and saves reading the
 * gradient twice).
 */
export type NonFinitePolicy = 'stop' | 'skip' | 'allow';

const policies: readonly NonFinitePolicy[] = ['stop', 'skip', 'allow'];

/** What surrounds the rule in a step. */
export interface StepOptions {
  /** Bounds on the gradient. Default none. */
  readonly clip?: ClipOptions;
  /** Multiplies each gradient first, say to undo a loss scale. Default 1. */
  readonly gradientScale?: number;
  /** What a step does that meets or makes NaN or an infinity. Default `'stop'`. */
  readonly nonFinite?: NonFinitePolicy;
}

/** Finite in float32. */
const finite: Range = { min: -greatestFloat, max: greatestFloat };

/** The rule with this native name. */
function ruleNamed(name: string): NativeRule {
  const rule = native.rules().find((candidate) => candidate.name === name);
  if (rule === undefined)
    throw new ThalwegError({
      code: 'UNSUPPORTED',
      path: 'optimizer',
      received: name,
      expected: `one of the addon's rules`,
      remedy: 'rebuild the addon with script/build',
    });
  return rule;
}

/** The limits in the order of the settings row; Infinity where there is none. */
function checkClip(path: string, clip: ClipOptions | undefined): readonly (number | Setting)[] {
  const keys = ['value', 'tensorNorm', 'globalNorm'];
  const options = checkOptions(path, clip, keys);
  return keys.map((key) =>
    options[key] === undefined ? Infinity : checkSetting(`${path}.${key}`, options[key], positive),
  );
}

/**
 * Length of the head of the row that a native step reads; train/settings.h has the other end. Then
 * come the groups, learning rate first.
 */
const commonCount = 6;
/** Index of `reportNorm` in the settings. */
const reportNormIndex = 5;

/** A number of the row that follows a schedule. */
interface Moving extends Setting {
  readonly column: number;
}

/** Values of a run of steps. */
export interface StepTable {
  /** Base learning rate of each step. */
  readonly base: Float64Array;
  /** [steps][columns] */
  readonly values: Float64Array;
}

/**
 * The settings of one optimizer over parameters of given names. Group 0 is what no pattern
 * matches; group i + 1 is the optimizer's `groups[i]`.
 */
export class StepSettings {
  readonly rule: NativeRule;
  /** Float64Array as the native step reads it; rewritten by {@link StepSettings.at}. */
  readonly values: Float64Array;
  /** Indices of the values that change from step to step. */
  readonly columns: Float64Array;
  readonly groupCount: number;
  readonly learningRate: LearningRate;
  readonly #moving: readonly Moving[];
  readonly #rateScales: readonly number[];
  readonly #fixedRates: readonly (number | undefined)[];
  readonly #groups: readonly ParameterGroup[];
  /** Multiplies every learning rate: what a run that went back to a checkpoint goes on with. */
  rateScale = 1;

  /** `tail`: what a trainer's row has behind the groups. */
  constructor(
    optimizer: Optimizer,
    options: StepOptions,
    { reportNorm = false, tail = [] }: { reportNorm?: boolean; tail?: readonly Setting[] } = {},
  ) {
    const lowered = lower(optimizer);
    const clip = checkClip('clip', options.clip);
    const scale = checkNumber('gradientScale', options.gradientScale ?? 1, finite);
    const policy = checkOneOf('nonFinite', options.nonFinite ?? 'stop', policies);
    const all = [{}, ...lowered.groups] as readonly Partial<(typeof lowered.groups)[number]>[];
    this.#groups = lowered.groups;
    this.rule = ruleNamed(lowered.rule);
    this.learningRate = lowered.learningRate;
    this.groupCount = all.length;
    this.#rateScales = all.map((group) => group.learningRateScale ?? 1);
    this.#fixedRates = all.map((group) => group.learningRate);
    if (typeof lowered.learningRate === 'number') this.#checkRates(lowered.learningRate);
    const groups = all.flatMap((group) => [
      ...this.rule.hyper.map((name) =>
        name === 'learningRate' ? 0 : (lowered.hyper[name] ?? NaN),
      ),
      group.l2 ?? lowered.l2,
      group.weightDecay ?? lowered.weightDecay,
    ]);
    const row = [scale, ...clip, policies.indexOf(policy), reportNorm ? 1 : 0, ...groups, ...tail];
    this.#moving = row.flatMap((cell, column) =>
      typeof cell === 'number' || typeof cell.value === 'number' ? [] : [{ ...cell, column }],
    );
    this.values = Float64Array.from(row, (cell) => {
      const value = typeof cell === 'number' ? cell : cell.value;
      return typeof value === 'number' ? value : NaN;
    });
    const rates = all.map((_, group) => this.#rateColumn(group));
    this.columns = Float64Array.from([...rates, ...this.#moving.map(({ column }) => column)]);
  }

  /** The group of each parameter; MISMATCH where a group has none. */
  groupsOf(names: readonly string[]): number[] {
    checkGroups(this.#groups, names);
    return names.map((name) => groupOf(name, this.#groups));
  }

  /** Whether a parameter stays as it is: by its layer, or by its group. */
  isFrozen({ name, trainable }: { readonly name: string; readonly trainable?: false }): boolean {
    const group = this.#groups[groupOf(name, this.#groups) - 1];
    return trainable === false || (group !== undefined && isFrozen(group));
  }

  /** Metrics of the history that the settings depend on. */
  get metrics(): readonly MetricPath[] {
    return [this.learningRate, ...this.#moving.map(({ value }) => value)].flatMap(metricsUsed);
  }

  /** The highest rate of the groups with one of their own, which no schedule moves; 0 without. */
  get lastingRate(): number {
    return Math.max(0, ...this.#fixedRates.map((rate) => (rate ?? 0) * this.rateScale));
  }

  /** The values of the next step at a point of a run. */
  at(position: Position): Float64Array {
    this.#advance(position);
    return this.values;
  }

  /** The base learning rates and the columns of many steps. */
  table(steps: number, positionOf: (step: number) => Position): StepTable {
    const { columns, values } = this;
    const base = new Float64Array(steps);
    const table = new Float64Array(steps * columns.length);
    for (let step = 0; step < steps; step++) {
      base[step] = this.#advance(positionOf(step));
      columns.forEach((column, i) => (table[step * columns.length + i] = values[column]!));
    }
    return { base, values: table };
  }

  /** Writes what moves into the row; gives the base learning rate, finite and at least 0. */
  #advance(position: Position): number {
    const { step } = position;
    const given = givenAt(this.learningRate, position);
    const rate =
      checkNumber(() => `learningRate at step ${step}`, given, nonNegative) * this.rateScale;
    for (let group = 0; group < this.groupCount; group++)
      this.values[this.#rateColumn(group)] = this.#rate(group, rate);
    for (const { path, value, range, column } of this.#moving)
      this.values[column] = checkNumber(
        () => `${path} at step ${step}`,
        givenAt(value, position),
        range,
      );
    return rate;
  }

  /** What a trainer's row has behind the groups and the average: the rates of its dropout layers. */
  dropoutRates(position: Position): Float64Array {
    return this.at(position).slice(this.#rateColumn(this.groupCount) + 1);
  }

  #rateColumn(group: number): number {
    return commonCount + group * (this.rule.hyper.length + 2);
  }

  #rate(group: number, base: number): number {
    const fixed = this.#fixedRates[group];
    const rate =
      fixed === undefined ? base * (this.#rateScales[group] ?? 1) : fixed * this.rateScale;
    return checkNumber(() => `learningRate of groups[${group - 1}]`, rate, nonNegative);
  }

  /** The rates of groups with a scale; where none is scheduled, a rate is not 0 unless it is told to be. */
  #checkRates(base: number): void {
    this.#rateScales.forEach((scale, group) => {
      if (scale === 1 || scale === 0 || base === 0) return;
      checkNumber(`learningRate of groups[${group - 1}]`, base * scale, positive);
    });
  }

  /** Whether the step reports the gradient's norm. */
  set reportNorm(value: boolean) {
    this.values[reportNormIndex] = value ? 1 : 0;
  }
}

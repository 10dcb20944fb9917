/** Step settings: turns an optimizer's description into the numbers that a native step reads. */
import { ThalwegError } from '../errors.js';
import { checkRoom, newBytes } from '../io/memory.js';
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
import { type RowValues, SettingsLayout } from './settings-row.js';

/** Bounds on the gradient, applied in this order. None applies by default; each may follow a schedule. */
export interface ClipOptions {
  /** Clamps each element to ±value; greater than 0. */
  readonly value?: Scheduled;
  /** Scales each tensor down to at most this Euclidean norm; greater than 0. */
  readonly tensorNorm?: Scheduled;
  /** Scales the whole gradient down to at most this Euclidean norm; greater than 0. */
  readonly globalNorm?: Scheduled;
}

/**
 * The policy for a step that finds NaN or an infinity in a gradient or loss, or would write one into a
 * weight, the optimizer's state or an average. `'stop'` throws NONFINITE before anything changes. `'skip'`
 * skips the step and counts it. `'allow'` makes no check, which saves one pass over the gradient.
 */
export type NonFinitePolicy = 'stop' | 'skip' | 'allow';

/** Every policy. */
export const nonFinitePolicies: readonly NonFinitePolicy[] = ['stop', 'skip', 'allow'];

/** Options of a step besides the optimizer. */
export interface StepOptions {
  /** Bounds on the gradient. Default none. */
  readonly clip?: ClipOptions;
  /** Multiplies each gradient before all else, for example to undo a loss scale. Default 1. */
  readonly gradientScale?: number;
  /** The policy for a step with NaN or an infinity. Default `'stop'`. */
  readonly nonFinite?: NonFinitePolicy;
}

/** The range of finite float32 numbers. */
const finite: Range = { min: -greatestFloat, max: greatestFloat };

/** Returns the native rule with this name. */
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

/** A number of the settings row, or a setting that gives it in each step. */
type Cell = number | Setting;

/** Returns the limits as settings, with Infinity for an absent one. */
function checkClip(
  clip: ClipOptions | undefined,
): Record<'clipValue' | 'clipTensorNorm' | 'clipGlobalNorm', Cell> {
  const options = checkOptions('clip', clip, ['value', 'tensorNorm', 'globalNorm']);
  const limit = (key: keyof ClipOptions): Cell =>
    options[key] === undefined ? Infinity : checkSetting(`clip.${key}`, options[key], positive);
  return {
    clipValue: limit('value'),
    clipTensorNorm: limit('tensorNorm'),
    clipGlobalNorm: limit('globalNorm'),
  };
}

/** Returns the settings of a step that the options of every optimizer give. */
function checkStep(options: StepOptions) {
  const limits = checkClip(options.clip);
  const gradientScale = checkNumber('gradientScale', options.gradientScale ?? 1, finite);
  const policy = checkOneOf('nonFinite', options.nonFinite ?? 'stop', nonFinitePolicies);
  return { gradientScale, ...limits, nonFinite: native.names.nonFinite.indexOf(policy) };
}

/** Returns the value of a cell; NaN where a schedule gives it. */
function fixedValue(cell: Cell): number {
  const value = typeof cell === 'number' ? cell : cell.value;
  return typeof value === 'number' ? value : NaN;
}

/** A setting that follows a schedule, and its index in the row. */
interface Moving extends Setting {
  readonly column: number;
}

/** The bytes of one number of a step table. */
const numberBytes = 8;
const stepsPath = 'steps of an epoch';
const stepsRemedy = 'take larger batches, or fewer draws';

/** The scheduled settings of a run of steps. */
export interface StepTable {
  /** The base learning rate of each step. */
  readonly base: Float64Array;
  /** The values of the columns, [steps][columns]. */
  readonly values: Float64Array;
}

/**
 * The settings of one optimizer over named parameters. Group 0 holds the parameters that no pattern
 * matches; group i + 1 is the optimizer's `groups[i]`.
 */
export class StepSettings {
  readonly rule: NativeRule;
  /** The row that the native step reads; {@link StepSettings.at} overwrites its scheduled values. */
  readonly values: Float64Array;
  /** Indices of the values that change from step to step. */
  readonly columns: Float64Array;
  readonly groupCount: number;
  readonly learningRate: LearningRate;
  readonly #layout: SettingsLayout;
  readonly #rateColumns: readonly number[];
  readonly #moving: readonly Moving[];
  readonly #rateScales: readonly number[];
  readonly #fixedRates: readonly (number | undefined)[];
  readonly #groups: readonly ParameterGroup[];
  /** Multiplies every learning rate; less than 1 after a run has gone back to a checkpoint. */
  rateScale = 1;

  /** A trainer also gives `trainer` and `dropoutRates`. */
  constructor(
    optimizer: Optimizer,
    options: StepOptions,
    {
      reportNorm = false,
      ...ofTrainer
    }: { reportNorm?: boolean } & Pick<RowValues<Cell>, 'trainer' | 'dropoutRates'> = {},
  ) {
    const lowered = lower(optimizer);
    const step = { ...checkStep(options), reportNorm: reportNorm ? 1 : 0 };
    const all = [{}, ...lowered.groups] as readonly Partial<(typeof lowered.groups)[number]>[];
    this.#groups = lowered.groups;
    this.rule = ruleNamed(lowered.rule);
    this.learningRate = lowered.learningRate;
    this.groupCount = all.length;
    this.#layout = new SettingsLayout(this.rule, all.length);
    this.#rateScales = all.map((group) => group.learningRateScale ?? 1);
    this.#fixedRates = all.map((group) => group.learningRate);
    if (typeof lowered.learningRate === 'number') this.#checkRates(lowered.learningRate);
    const row = this.#layout.row<Cell>({
      step,
      groups: all.map((group) => ({
        ...lowered.hyper,
        learningRate: 0,
        l2: group.l2 ?? lowered.l2,
        weightDecay: group.weightDecay ?? lowered.weightDecay,
      })),
      ...ofTrainer,
    });
    this.#moving = row.flatMap((cell, column) =>
      typeof cell === 'number' || typeof cell.value === 'number' ? [] : [{ ...cell, column }],
    );
    this.values = Float64Array.from(row, fixedValue);
    this.#rateColumns = all.map((_, group) => this.#layout.rateColumn(group));
    this.columns = Float64Array.from([
      ...this.#rateColumns,
      ...this.#moving.map(({ column }) => column),
    ]);
  }

  /** Returns the group of each parameter; throws MISMATCH where a group has no parameter. */
  groupsOf(names: readonly string[]): number[] {
    checkGroups(this.#groups, names);
    return names.map((name) => groupOf(name, this.#groups));
  }

  /** Returns true where its layer or its group freezes a parameter. */
  isFrozen({ name, trainable }: { readonly name: string; readonly trainable?: false }): boolean {
    const group = this.#groups[groupOf(name, this.#groups) - 1];
    return trainable === false || (group !== undefined && isFrozen(group));
  }

  /** The metrics of the history that scheduled settings depend on. */
  get metrics(): readonly MetricPath[] {
    return [this.learningRate, ...this.#moving.map(({ value }) => value)].flatMap(metricsUsed);
  }

  /** The highest learning rate that a group sets and no schedule changes; 0 where no group sets one. */
  get lastingRate(): number {
    return Math.max(0, ...this.#fixedRates.map((rate) => (rate ?? 0) * this.rateScale));
  }

  /** Returns the row of the next step at a position of a run. */
  at(position: Position): Float64Array {
    this.#advance(position);
    return this.values;
  }

  /** Returns the scheduled settings of many steps. */
  table(steps: number, positionOf: (step: number) => Position): StepTable {
    const { columns, values } = this;
    checkRoom(numberBytes * steps * (1 + columns.length), stepsPath, stepsRemedy);
    const room = (count: number) =>
      new Float64Array(newBytes(numberBytes * count, stepsPath).buffer);
    const base = room(steps);
    const table = room(steps * columns.length);
    for (let step = 0; step < steps; step++) {
      base[step] = this.#advance(positionOf(step));
      columns.forEach((column, i) => (table[step * columns.length + i] = values[column]!));
    }
    return { base, values: table };
  }

  /** Writes the scheduled values into the row. Returns the base learning rate, which is finite and at least 0. */
  #advance(position: Position): number {
    const { step } = position;
    const given = givenAt(this.learningRate, position);
    const rate =
      checkNumber(() => `learningRate at step ${step}`, given, nonNegative) * this.rateScale;
    for (let group = 0; group < this.groupCount; group++)
      this.values[this.#rateColumns[group]!] = this.#rate(group, rate);
    for (const { path, value, range, column } of this.#moving)
      this.values[column] = checkNumber(
        () => `${path} at step ${step}`,
        givenAt(value, position),
        range,
      );
    return rate;
  }

  /** Returns the rates of a trainer's dropout layers, which follow the groups and the average in the row. */
  dropoutRates(position: Position): Float64Array {
    return this.at(position).slice(this.#layout.dropoutColumn);
  }

  #rate(group: number, base: number): number {
    const fixed = this.#fixedRates[group];
    const rate =
      fixed === undefined ? base * (this.#rateScales[group] ?? 1) : fixed * this.rateScale;
    return checkNumber(() => `learningRate of groups[${group - 1}]`, rate, nonNegative);
  }

  /** Refuses a scaled constant rate that becomes 0 in float32, although neither rate nor scale is 0. */
  #checkRates(base: number): void {
    this.#rateScales.forEach((scale, group) => {
      if (scale === 1 || scale === 0 || base === 0) return;
      checkNumber(`learningRate of groups[${group - 1}]`, base * scale, positive);
    });
  }
}

/** Step settings: from an optimizer's description to the numbers that a native step reads. */
import { ThalwegError } from '../errors.js';
import { type NativeRule, native } from '../native.js';
import { checkNumber, checkOneOf, checkOptions } from '../options.js';
import type { Position } from '../schedule/position.js';
import { type LearningRate, valueAt } from '../schedule/schedule.js';
import { type Optimizer, groupOf, lower } from './define.js';

/** Bounds on the gradient, applied in this order. Each is off by default. */
export interface ClipOptions {
  /** Clamps each element to ±value; greater than 0. */
  readonly value?: number;
  /** Scales each tensor down to at most this Euclidean norm; greater than 0. */
  readonly tensorNorm?: number;
  /** Scales the whole gradient down to at most this Euclidean norm; greater than 0. */
  readonly globalNorm?: number;
}

/**
 * What a NaN or infinite gradient does: `'stop'` throws NONFINITE before any weight changes,
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
  /** What a NaN or infinite gradient does. Default `'stop'`. */
  readonly nonFinite?: NonFinitePolicy;
}

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

function checkClip(path: string, clip: ClipOptions | undefined): Required<ClipOptions> {
  const options = checkOptions(path, clip, ['value', 'tensorNorm', 'globalNorm']);
  const limit = (key: string): number =>
    options[key] === undefined
      ? Infinity
      : checkNumber(`${path}.${key}`, options[key], { min: 0, openMin: true });
  return {
    value: limit('value'),
    tensorNorm: limit('tensorNorm'),
    globalNorm: limit('globalNorm'),
  };
}

/** Layout of the Float64Array that a native step reads; napi/stepper.cc has the other end. */
const commonCount = 6;
/** Index of `reportNorm` in the settings. */
const reportNormIndex = 5;

/**
 * The settings of one optimizer over parameters of given names. Group 0 is what no pattern
 * matches; group i + 1 is the optimizer's `groups[i]`.
 */
export class StepSettings {
  readonly rule: NativeRule;
  /** Float64Array as the native step reads it; rewritten by {@link StepSettings.at}. */
  readonly values: Float64Array;
  readonly groupCount: number;
  readonly learningRate: LearningRate;
  readonly #rateScales: readonly number[];
  readonly #fixedRates: readonly (number | undefined)[];
  readonly #optimizer: Optimizer;

  constructor(optimizer: Optimizer, options: StepOptions, reportNorm = false) {
    const lowered = lower(optimizer);
    const clip = checkClip('clip', options.clip);
    const scale = checkNumber('gradientScale', options.gradientScale ?? 1);
    const policy = checkOneOf('nonFinite', options.nonFinite ?? 'stop', policies);
    const all = [{}, ...lowered.groups] as readonly Partial<(typeof lowered.groups)[number]>[];
    this.#optimizer = optimizer;
    this.rule = ruleNamed(lowered.rule);
    this.learningRate = lowered.learningRate;
    this.groupCount = all.length;
    this.#rateScales = all.map((group) => group.learningRateScale ?? 1);
    this.#fixedRates = all.map((group) => group.learningRate);
    const groups = all.flatMap((group) => [
      ...this.rule.hyper.map((name) =>
        name === 'learningRate' ? 0 : (lowered.hyper[name] ?? NaN),
      ),
      group.l2 ?? lowered.l2,
      group.weightDecay ?? lowered.weightDecay,
    ]);
    const common = [scale, clip.value, clip.tensorNorm, clip.globalNorm, policies.indexOf(policy)];
    this.values = Float64Array.from([...common, reportNorm ? 1 : 0, ...groups]);
  }

  /** The group of a parameter. */
  groupOf(name: string): number {
    return groupOf(name, lower(this.#optimizer).groups);
  }

  /** The base learning rate of the next step at a point of a run; finite and at least 0. */
  rateAt(position: Position): number {
    const rate = valueAt(this.learningRate, position);
    return checkNumber(`learningRate at step ${position.step}`, rate, { min: 0 });
  }

  /** The values with the rates of the next step. */
  at(position: Position): Float64Array {
    const rate = this.rateAt(position);
    const stride = this.rule.hyper.length + 2;
    for (let group = 0; group < this.groupCount; group++)
      this.values[commonCount + group * stride] = this.#rate(group, rate);
    return this.values;
  }

  /** Rates of many steps, [steps][groups], from their base rates. */
  rateTable(base: Float64Array): Float64Array {
    const table = new Float64Array(base.length * this.groupCount);
    base.forEach((rate, step) => {
      for (let group = 0; group < this.groupCount; group++)
        table[step * this.groupCount + group] = this.#rate(group, rate);
    });
    return table;
  }

  #rate(group: number, base: number): number {
    return this.#fixedRates[group] ?? base * (this.#rateScales[group] ?? 1);
  }

  /** Whether the step reports the gradient's norm. */
  set reportNorm(value: boolean) {
    this.values[reportNormIndex] = value ? 1 : 0;
  }
}

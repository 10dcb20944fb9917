/** Schedules: plain, serialisable values, pure functions of the step. */
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOptions, describe, suggestion } from '../options.js';

/** `value` at every step. */
export interface Constant {
  /** Tells the schedules apart. */
  readonly kind: 'constant';
  /** Finite, at least 0. */
  readonly value: number;
}

/** Options of {@link cosine}. */
export interface CosineOptions {
  /** The highest value; finite, at least 0. */
  readonly initial: number;
  /** Steps until `final` is reached, at least 1. */
  readonly steps: number;
  /** The value from `steps` on; finite, at least 0. Default 0. */
  readonly final?: number;
  /** Steps of linear rise from 0, from 0 to steps − 1. Default 0. */
  readonly warmup?: number;
}

/** Half a cosine from `initial` to `final` over `steps`, after a linear warm-up from 0. */
export interface Cosine extends Required<CosineOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'cosine';
}

/** `initial` · `factor`^⌊step / `every`⌋. */
export interface StepDecay {
  /** Tells the schedules apart. */
  readonly kind: 'stepDecay';
  /** The value of the first steps; finite, at least 0. */
  readonly initial: number;
  /** Finite, at least 0. */
  readonly factor: number;
  /** Steps, at least 1. */
  readonly every: number;
}

/** `initial` · e^(−`rate` · step). */
export interface Exponential {
  /** Tells the schedules apart. */
  readonly kind: 'exponential';
  /** The value of the first step; finite, at least 0. */
  readonly initial: number;
  /** Per step; finite, at least 0. */
  readonly rate: number;
}

/** `initial` / (1 + `rate` · step). */
export interface InverseTime {
  /** Tells the schedules apart. */
  readonly kind: 'inverseTime';
  /** The value of the first step; finite, at least 0. */
  readonly initial: number;
  /** Per step; finite, at least 0. */
  readonly rate: number;
}

/** Any schedule as a value. */
export type Schedule = Constant | Cosine | StepDecay | Exponential | InverseTime;

/** A learning rate: a number, a schedule, or a function of the steps taken so far (from 0). */
export type LearningRate = number | Schedule | ((step: number) => number);

const nonNegative = { min: 0 };
const positiveInteger = { min: 1, integer: true };

/**
 * `value` at every step.
 *
 * @param value finite, at least 0
 * @throws ThalwegError RANGE, TYPE
 */
export function constant(value: number): Constant {
  return Object.freeze({
    kind: 'constant',
    value: checkNumber('constant.value', value, nonNegative),
  });
}

/**
 * A cosine from `initial` at step 0 (after `warmup` steps of linear rise) to `final` at `steps`, and
 * `final` from there on (Loshchilov and Hutter 2017).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * optim.adam({ learningRate: schedule.cosine({ initial: 2e-3, steps: 2345, warmup: 100 }) });
 */
export function cosine(options: CosineOptions): Cosine {
  checkOptions('cosine', options, ['initial', 'steps', 'final', 'warmup']);
  const steps = checkNumber('cosine.steps', options.steps, positiveInteger);
  return Object.freeze({
    kind: 'cosine',
    initial: checkNumber('cosine.initial', options.initial, nonNegative),
    final: checkNumber('cosine.final', options.final ?? 0, nonNegative),
    steps,
    warmup: checkNumber('cosine.warmup', options.warmup ?? 0, {
      min: 0,
      max: steps - 1,
      integer: true,
    }),
  });
}

/**
 * `initial`, times `factor` after each `every` steps.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function stepDecay(options: Omit<StepDecay, 'kind'>): StepDecay {
  checkOptions('stepDecay', options, ['initial', 'factor', 'every']);
  return Object.freeze({
    kind: 'stepDecay',
    initial: checkNumber('stepDecay.initial', options.initial, nonNegative),
    factor: checkNumber('stepDecay.factor', options.factor, nonNegative),
    every: checkNumber('stepDecay.every', options.every, positiveInteger),
  });
}

/**
 * `initial` · e^(−`rate` · step).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function exponential(options: Omit<Exponential, 'kind'>): Exponential {
  checkOptions('exponential', options, ['initial', 'rate']);
  return Object.freeze({
    kind: 'exponential',
    initial: checkNumber('exponential.initial', options.initial, nonNegative),
    rate: checkNumber('exponential.rate', options.rate, nonNegative),
  });
}

/**
 * `initial` / (1 + `rate` · step).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function inverseTime(options: Omit<InverseTime, 'kind'>): InverseTime {
  checkOptions('inverseTime', options, ['initial', 'rate']);
  return Object.freeze({
    kind: 'inverseTime',
    initial: checkNumber('inverseTime.initial', options.initial, nonNegative),
    rate: checkNumber('inverseTime.rate', options.rate, nonNegative),
  });
}

function cosineAt({ initial, final, steps, warmup }: Cosine, step: number): number {
  if (step < warmup) return (initial * (step + 1)) / (warmup + 1);
  const progress = Math.min((step - warmup) / (steps - warmup), 1);
  return final + (initial - final) * 0.5 * (1 + Math.cos(Math.PI * progress));
}

const formulas: {
  readonly [K in Schedule['kind']]: (
    schedule: Extract<Schedule, { kind: K }>,
    step: number,
  ) => number;
} = {
  constant: ({ value }) => value,
  cosine: cosineAt,
  stepDecay: ({ initial, factor, every }, step) => initial * factor ** Math.floor(step / every),
  exponential: ({ initial, rate }, step) => initial * Math.exp(-rate * step),
  inverseTime: ({ initial, rate }, step) => initial / (1 + rate * step),
};

/**
 * The learning rate of the step after `step` completed ones, in constant time.
 *
 * @param step from 0
 */
export function valueAt(value: LearningRate, step: number): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'function') return value(step);
  const formula = formulas[value.kind] as (schedule: Schedule, step: number) => number;
  return formula(value, step);
}

/** A learning rate, or TYPE / RANGE / UNKNOWN_OPTION. */
export function checkLearningRate(path: string, value: unknown): LearningRate {
  if (typeof value === 'function') return value as (step: number) => number;
  if (typeof value !== 'object' || value === null) return checkNumber(path, value, nonNegative);
  const kind: unknown = (value as Partial<Schedule>).kind;
  if (typeof kind === 'string' && Object.hasOwn(formulas, kind)) return value as Schedule;
  throw new ThalwegError({
    code: 'TYPE',
    path,
    received: describe(kind ?? value),
    expected: 'a number, a schedule or a function of the step',
    remedy: typeof kind === 'string' ? suggestion(kind, Object.keys(formulas)) : '',
  });
}

/** Schedules: plain, serialisable values, pure functions of the step. */
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOptions, describe, suggestion } from '../options.js';

/** `value` at every step. */
export interface Constant {
  readonly kind: 'constant';
  readonly value: number;
}

/** Half a cosine from `initial` to `final` over `steps`, after a linear warm-up from 0. */
export interface Cosine {
  readonly kind: 'cosine';
  readonly initial: number;
  readonly final: number;
  readonly steps: number;
  readonly warmup: number;
}

/** `initial` · `factor`^⌊step / `every`⌋. */
export interface StepDecay {
  readonly kind: 'stepDecay';
  readonly initial: number;
  readonly factor: number;
  readonly every: number;
}

/** `initial` · e^(−`rate` · step). */
export interface Exponential {
  readonly kind: 'exponential';
  readonly initial: number;
  readonly rate: number;
}

/** `initial` / (1 + `rate` · step). */
export interface InverseTime {
  readonly kind: 'inverseTime';
  readonly initial: number;
  readonly rate: number;
}

/** Any schedule as a value. */
export type Schedule = Constant | Cosine | StepDecay | Exponential | InverseTime;

/** A learning rate: a number, a schedule, or a function of the steps taken so far (from 0). */
export type LearningRate = number | Schedule | ((step: number) => number);

const nonNegative = { min: 0 };
const positiveInteger = { min: 1, integer: true };

/** `value` at every step. */
export function constant(value: number): Constant {
  return Object.freeze({
    kind: 'constant',
    value: checkNumber('constant.value', value, nonNegative),
  });
}

/**
 * A cosine from `initial` at step 0 (after `warmup` steps of linear rise, default 0) to `final`
 * (default 0) at `steps`, and `final` from there on (Loshchilov and Hutter 2017).
 */
export function cosine(options: {
  readonly initial: number;
  readonly steps: number;
  readonly final?: number;
  readonly warmup?: number;
}): Cosine {
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

/** `initial`, times `factor` after each `every` steps. */
export function stepDecay(options: {
  readonly initial: number;
  readonly factor: number;
  readonly every: number;
}): StepDecay {
  checkOptions('stepDecay', options, ['initial', 'factor', 'every']);
  return Object.freeze({
    kind: 'stepDecay',
    initial: checkNumber('stepDecay.initial', options.initial, nonNegative),
    factor: checkNumber('stepDecay.factor', options.factor, nonNegative),
    every: checkNumber('stepDecay.every', options.every, positiveInteger),
  });
}

/** `initial` · e^(−`rate` · step). */
export function exponential(options: {
  readonly initial: number;
  readonly rate: number;
}): Exponential {
  checkOptions('exponential', options, ['initial', 'rate']);
  return Object.freeze({
    kind: 'exponential',
    initial: checkNumber('exponential.initial', options.initial, nonNegative),
    rate: checkNumber('exponential.rate', options.rate, nonNegative),
  });
}

/** `initial` / (1 + `rate` · step). */
export function inverseTime(options: {
  readonly initial: number;
  readonly rate: number;
}): InverseTime {
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

/** The value after `step` steps, in O(1). */
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

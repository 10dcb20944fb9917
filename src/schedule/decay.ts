/** Rates that fall smoothly and never end. */
import { define, number, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** The first value, a₀; finite, at least 0. */
  readonly initial: number;
  /** k, per `unit`; finite, at least 0. */
  readonly rate: number;
  /** What t counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** `initial` · e^(−`rate` · t). */
export interface Exponential extends Required<ExponentialOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'exponential';
}

/**
 * `initial` · e^(−`rate` · t), t in steps or epochs (CS231n, *Annealing the learning rate*).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const exponential = define<Exponential, ExponentialOptions>({
  kind: 'exponential',
  fields: { initial: number(rate), rate: number(rate), unit },
  at: ({ initial, rate, unit }, position) => initial * Math.exp(-rate * timeAt(position, unit)),
});

/** Options of {@link perStepFactor}. */
export interface PerStepFactorOptions {
  /** The first value; finite, at least 0. */
  readonly initial: number;
  /** Multiplies the value after each `unit`; in [0, 1]. */
  readonly factor: number;
  /** What t counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** `initial` · `factor`^t. */
export interface PerStepFactor extends Required<PerStepFactorOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'perStepFactor';
}

/**
 * `initial` · `factor`^t: multiplied after each update. A factor such as 0.9 stalls soon (after 66
 * steps a thousandth is left); `unit: 'epoch'` multiplies once an epoch, as PyTorch's ExponentialLR
 * is used.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const perStepFactor = define<PerStepFactor, PerStepFactorOptions>({
  kind: 'perStepFactor',
  fields: { initial: number(rate), factor: number({ min: 0, max: 1 }), unit },
  at: ({ initial, factor, unit }, position) => initial * factor ** timeAt(position, unit),
});

/** Options of {@link inverseTime}. */
export interface InverseTimeOptions {
  /** The first value, a₀; finite, at least 0. */
  readonly initial: number;
  /** k, per `unit`; finite, at least 0. */
  readonly rate: number;
  /** What t counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** `initial` / (1 + `rate` · t). */
export interface InverseTime extends Required<InverseTimeOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'inverseTime';
}

/**
 * `initial` / (1 + `rate` · t), t in steps or epochs (CS231n, *Annealing the learning rate*).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const inverseTime = define<InverseTime, InverseTimeOptions>({
  kind: 'inverseTime',
  fields: { initial: number(rate), rate: number(rate), unit },
  at: ({ initial, rate, unit }, position) => initial / (1 + rate * timeAt(position, unit)),
});

/** Options of {@link inverseSquareRoot}. */
export interface InverseSquareRootOptions {
  /** The highest value; finite, at least 0. */
  readonly peak: number;
  /** `unit`s of linear rise until `peak`, an integer, at least 1. Default 1: no rise. */
  readonly warmup?: number;
  /** What t counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** `peak` · min(n / `warmup`, √(`warmup` / n)), n = t + 1. */
export interface InverseSquareRoot extends Required<InverseSquareRootOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'inverseSquareRoot';
}

/**
 * `peak` · min(n / `warmup`, √(`warmup` / n)) with n = t + 1: the Transformer's rate (Vaswani et al.
 * 2017, §5.3), whose `peak` is d^(−½) · `warmup`^(−½).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const inverseSquareRoot = define<InverseSquareRoot, InverseSquareRootOptions>({
  kind: 'inverseSquareRoot',
  fields: { peak: number(rate), warmup: number({ min: 1, integer: true }, 1), unit },
  at: ({ peak, warmup, unit }, position) => {
    const n = timeAt(position, unit) + 1;
    return peak * Math.min(n / warmup, Math.sqrt(warmup / n));
  },
});

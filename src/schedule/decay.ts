/** Schedules that fall smoothly without an end. */
import { define, number, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** The first value; finite, at least 0. */
  readonly initial: number;
  /** The rate of decay per `unit`; finite, at least 0. */
  readonly rate: number;
  /** The unit of the time t. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that falls as `initial` · e^(−`rate` · t). */
export interface Exponential extends Required<ExponentialOptions> {
  /** The kind of schedule. */
  readonly kind: 'exponential';
}

/**
 * Falls as `initial` · e^(−`rate` · t), with t in steps or epochs (CS231n, *Annealing the learning rate*).
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
  /** The unit of the time t. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that falls as `initial` · `factor`^t. */
export interface PerStepFactor extends Required<PerStepFactorOptions> {
  /** The kind of schedule. */
  readonly kind: 'perStepFactor';
}

/**
 * Multiplies the value by `factor` after each `unit`: `initial` · `factor`^t. A factor of 0.9 leaves a
 * thousandth after 66 steps, so training soon stalls. `unit: 'epoch'` multiplies once an epoch, which is the
 * usual way of using PyTorch's ExponentialLR.
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
  /** The first value; finite, at least 0. */
  readonly initial: number;
  /** The rate of decay per `unit`; finite, at least 0. */
  readonly rate: number;
  /** The unit of the time t. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that falls as `initial` / (1 + `rate` · t). */
export interface InverseTime extends Required<InverseTimeOptions> {
  /** The kind of schedule. */
  readonly kind: 'inverseTime';
}

/**
 * Falls as `initial` / (1 + `rate` · t), with t in steps or epochs (CS231n, *Annealing the learning rate*).
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
  /** The number of `unit`s of linear rise to `peak`, an integer, at least 1. Default 1, which is no rise. */
  readonly warmup?: number;
  /** The unit of the time t. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule of `peak` · min(n / `warmup`, √(`warmup` / n)), with n = t + 1. */
export interface InverseSquareRoot extends Required<InverseSquareRootOptions> {
  /** The kind of schedule. */
  readonly kind: 'inverseSquareRoot';
}

/**
 * The learning rate of the Transformer (Vaswani et al. 2017, §5.3):
 * `peak` · min(n / `warmup`, √(`warmup` / n)) with n = t + 1. The paper's `peak` is
 * d^(−½) · `warmup`^(−½).
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

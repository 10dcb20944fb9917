/** Schedules that fall along half a cosine, once or repeatedly. */
import { blend, cosineFall, count, define, number, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link cosine}. */
export interface CosineOptions {
  /** The highest value; finite, at least 0. */
  readonly initial: number;
  /** The number of `unit`s until `final` is reached, an integer, at least 1. */
  readonly steps: number;
  /** The value from `steps` on; finite, at least 0. Default 0. */
  readonly final?: number;
  /** The number of `unit`s of linear rise, an integer from 0 to `steps` − 1. Default 0. */
  readonly warmup?: number;
  /** The unit of `steps` and `warmup`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that falls along half a cosine from `initial` to `final`, after a linear warm-up from near 0. */
export interface Cosine extends Required<CosineOptions> {
  /** The kind of schedule. */
  readonly kind: 'cosine';
}

/**
 * Falls along half a cosine from `initial` to `final`, which it reaches at t = `steps` and keeps (Loshchilov
 * and Hutter 2017): `final` + (`initial` − `final`) · (1 + cos(π s)) / 2 with s = (t − w) / (`steps` − w) and
 * w = `warmup`. While t < w it is `initial` · (t + 1) / (w + 1). PyTorch's CosineAnnealingLR rises again
 * after its T_max.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 * @example
 * optim.adam({ learningRate: schedule.cosine({ initial: 2e-3, steps: 2345, warmup: 100 }) });
 */
export const cosine = define<Cosine, CosineOptions>({
  kind: 'cosine',
  fields: {
    initial: number(rate),
    steps: number(count),
    final: number(rate, 0),
    warmup: number(({ steps }) => ({ min: 0, max: steps - 1, integer: true }), 0),
    unit,
  },
  at: ({ initial, final, steps, warmup, unit }, position) => {
    const t = timeAt(position, unit);
    if (t < warmup) return (initial * (t + 1)) / (warmup + 1);
    return blend(initial, final, cosineFall((t - warmup) / (steps - warmup)));
  },
});

/** Options of {@link warmRestarts}. */
export interface WarmRestartsOptions {
  /** The value at the start of the first period; finite, at least 0. */
  readonly initial: number;
  /** The value to which each period falls; finite, at least 0. Default 0. */
  readonly final?: number;
  /** The length of the first period in `unit`s, an integer, at least 1. */
  readonly period: number;
  /** Multiplies the length after each period, an integer, at least 1. Default 1. */
  readonly periodFactor?: number;
  /** Multiplies the height of the start above `final` after each period, in [0, 1]. Default 1. */
  readonly peakFactor?: number;
  /** The unit of `period`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that falls along half a cosine in each period. */
export interface WarmRestarts extends Required<WarmRestartsOptions> {
  /** The kind of schedule. */
  readonly kind: 'warmRestarts';
}

/** Returns number, start and length of the period at t. Period n starts at T (mⁿ − 1) / (m − 1). */
function periodAt(t: number, period: number, factor: number): readonly [number, number, number] {
  if (factor === 1) {
    const n = Math.floor(t / period);
    return [n, n * period, period];
  }
  const start = (n: number): number => (period * (factor ** n - 1)) / (factor - 1);
  // Near a border the logarithm may give a neighbouring period. These comparisons are exact.
  let n = Math.floor(Math.log1p((t / period) * (factor - 1)) / Math.log(factor));
  if (start(n + 1) <= t) n++;
  if (start(n) > t) n--;
  return [n, start(n), period * factor ** n];
}

/**
 * The schedule of stochastic gradient descent with warm restarts (Loshchilov and Hutter 2017). Period n
 * starts at Sₙ and lasts Tₙ = `period` · `periodFactor`ⁿ. Its value is
 * `final` + (`initial` − `final`) · `peakFactor`ⁿ · (1 + cos(π (t − Sₙ) / Tₙ)) / 2.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 * @example
 * schedule.warmRestarts({ initial: 0.1, period: 10, periodFactor: 2, unit: 'epoch' });
 */
export const warmRestarts = define<WarmRestarts, WarmRestartsOptions>({
  kind: 'warmRestarts',
  fields: {
    initial: number(rate),
    final: number(rate, 0),
    period: number(count),
    periodFactor: number(count, 1),
    peakFactor: number({ min: 0, max: 1 }, 1),
    unit,
  },
  at: ({ initial, final, period, periodFactor, peakFactor, unit }, position) => {
    const t = timeAt(position, unit);
    const [n, start, length] = periodAt(t, period, periodFactor);
    return blend(initial, final, peakFactor ** n * cosineFall((t - start) / length));
  },
});

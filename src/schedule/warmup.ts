/** Rates that start low. */
import {
  blend,
  choice,
  cosineFall,
  count,
  define,
  evaluate,
  metricsOf,
  nested,
  number,
  rate,
  startOf,
  unit,
} from './define.js';
import { type Position, type TimeUnit, timeAt } from './position.js';
import type { Schedule } from './schedule.js';

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** What follows the rise; its time starts at 0 there. */
  readonly into: number | Schedule;
  /** Length of the rise in `unit`s, an integer, at least 1. */
  readonly steps: number;
  /** The first value; finite, at least 0. Default: start / (`steps` + 1), one even stair. */
  readonly initial?: number;
  /** What `steps` counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A straight line to the start of another schedule, and then that schedule. */
export interface Warmup {
  /** Tells the schedules apart. */
  readonly kind: 'warmup';
  /** What follows the rise. */
  readonly into: number | Schedule;
  /** Length of the rise. */
  readonly steps: number;
  /** The first value. */
  readonly initial: number;
  /** What `steps` counts. */
  readonly unit: TimeUnit;
}

/** The position as a part sees it that began at `start`: its own `unit` counts from there. */
export function since(position: Position, start: number, unit: TimeUnit): Position {
  return unit === 'step'
    ? { ...position, step: position.step - start }
    : { ...position, epoch: timeAt(position, 'epoch') - start };
}

/**
 * A linear rise from `initial` to the first value of `into`, then `into` (Goyal et al. 2017). While
 * t < `steps` it is `initial` + (start − `initial`) · t / `steps`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 * @example
 * schedule.warmup({ steps: 500, into: schedule.inverseTime({ initial: 0.1, rate: 1e-3 }) });
 */
export const warmup = define<Warmup, WarmupOptions>({
  kind: 'warmup',
  fields: {
    into: nested(),
    steps: number(count),
    initial: number(rate, ({ into, steps }) => startOf(into) / (steps + 1)),
    unit,
  },
  at: ({ into, steps, initial, unit }, position) => {
    const t = timeAt(position, unit);
    if (t >= steps) return evaluate(into, since(position, steps, unit));
    return blend(startOf(into), initial, t / steps);
  },
  metrics: ({ into }) => metricsOf(into),
});

/** Options of {@link warmupStableDecay}. */
export interface WarmupStableDecayOptions {
  /** The highest value; finite, at least 0. */
  readonly peak: number;
  /** `unit`s of linear rise, an integer, at least 0. */
  readonly warmup: number;
  /** `unit`s at `peak`, an integer, at least 0. */
  readonly stable: number;
  /** `unit`s of the fall, an integer, at least 1. */
  readonly decay: number;
  /** The value from then on; finite, at least 0. Default 0. */
  readonly final?: number;
  /** How the height falls with its share s: 1 − s, (1 + cos πs) / 2 or 1 − √s. Default `'linear'`. */
  readonly shape?: 'linear' | 'cosine' | 'squareRoot';
  /** What the lengths count. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** Up, along, and down. */
export interface WarmupStableDecay extends Required<WarmupStableDecayOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'warmupStableDecay';
}

const falls = {
  linear: (share: number) => 1 - share,
  cosine: cosineFall,
  squareRoot: (share: number) => 1 - Math.sqrt(share),
} as const;

/**
 * `peak` · (t + 1) / (`warmup` + 1) while t < `warmup`, `peak` for `stable`, then a fall to `final`
 * over `decay` (Hu et al. 2024; its shapes: Hägele et al. 2024). The stable part can be prolonged
 * without planning the whole run ahead.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const warmupStableDecay = define<WarmupStableDecay, WarmupStableDecayOptions>({
  kind: 'warmupStableDecay',
  fields: {
    peak: number(rate),
    warmup: number({ min: 0, integer: true }),
    stable: number({ min: 0, integer: true }),
    decay: number(count),
    final: number(rate, 0),
    shape: choice(['linear', 'cosine', 'squareRoot'], 'linear'),
    unit,
  },
  at: ({ peak, warmup, stable, decay, final, shape, unit }, position) => {
    const t = timeAt(position, unit);
    if (t < warmup) return (peak * (t + 1)) / (warmup + 1);
    const share = Math.min(Math.max((t - warmup - stable) / decay, 0), 1);
    return blend(peak, final, falls[shape](share));
  },
});

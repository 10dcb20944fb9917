/** A rate that rises, stays, and falls. */
import { blend, choice, cosineFall, count, define, number, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

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

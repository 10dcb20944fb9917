/** The schedule that rises, stays constant, and falls. */
import { blend, choice, cosineFall, count, define, number, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link warmupStableDecay}. */
export interface WarmupStableDecayOptions {
  /** The highest value; finite, at least 0. */
  readonly peak: number;
  /** The number of `unit`s of linear rise, an integer, at least 0. */
  readonly warmup: number;
  /** The number of `unit`s at `peak`, an integer, at least 0. */
  readonly stable: number;
  /** The number of `unit`s of the fall, an integer, at least 1. */
  readonly decay: number;
  /** The value after the fall; finite, at least 0. Default 0. */
  readonly final?: number;
  /** The fall over its share s: 1 − s, (1 + cos πs) / 2 or 1 − √s. Default `'linear'`. */
  readonly shape?: 'linear' | 'cosine' | 'squareRoot';
  /** The unit of the three lengths. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that rises to `peak`, stays there, and falls to `final`. */
export interface WarmupStableDecay extends Required<WarmupStableDecayOptions> {
  /** The kind of schedule. */
  readonly kind: 'warmupStableDecay';
}

const falls = {
  linear: (share: number) => 1 - share,
  cosine: cosineFall,
  squareRoot: (share: number) => 1 - Math.sqrt(share),
} as const;

/**
 * Rises as `peak` · (t + 1) / (`warmup` + 1) while t < `warmup`, keeps `peak` for `stable`, and falls to
 * `final` over `decay` (Hu et al. 2024; the shapes are those of Hägele et al. 2024). The constant part can
 * be made longer during a run, so the length of the run need not be known at its start.
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

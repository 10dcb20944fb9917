/** LAMB. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';
import { positive } from '../../options.js';

/** Options of {@link lamb}. */
export interface LambOptions extends CommonOptions {
  /** β₁ in [0, 1), default 0.9; may follow a schedule. */
  readonly beta1?: Scheduled;
  /** β₂ in [0, 1), default 0.999; may follow a schedule. */
  readonly beta2?: Scheduled;
  /** Greater than 0; default 1e-6. */
  readonly epsilon?: number;
  /** False takes m and v instead of m̂ and v̂. Default true. */
  readonly biasCorrection?: boolean;
}

/**
 * LAMB, an Adam for very large batches (You et al. 2020, algorithm 2, with the identity for φ; optax). m,
 * v, m̂ and v̂ are those of `adam`; u = m̂ / (√v̂ + ε) + λw; w −= η ‖w‖/‖u‖ u, with the Euclidean norms of
 * each tensor. Where one of the two norms is 0, w −= ηu. The default of η is 0.001; λ is `weightDecay`,
 * default 0.01.
 *
 * Biases start as tensors of zeros. The first step of such a tensor is a step of Adam at the full rate.
 * Where η is high, give biases another rate: `groups: [{ match: '*.bias', learningRate: 0.001 }]`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const lamb = define<LambOptions>({
  kind: 'lamb',
  learningRate: 0.001,
  weightDecay: 0.01,
  options: {
    beta1: decayRate(0.9),
    beta2: decayRate(0.999),
    epsilon: { default: 1e-6, range: positive },
    biasCorrection: { default: true, range: 'boolean' },
  },
  rule: () => 'lamb',
});

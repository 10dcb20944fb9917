/** AdaMax. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';
import { positive } from '../../options.js';

/** Options of {@link adamax}. */
export interface AdamaxOptions extends CommonOptions {
  /** β₁ in [0, 1), default 0.9; may follow a schedule. */
  readonly beta1?: Scheduled;
  /** β₂ in [0, 1), default 0.999; may follow a schedule. */
  readonly beta2?: Scheduled;
  /** Greater than 0; default 1e-8, with `compat: 'tfjs'` 1e-7. */
  readonly epsilon?: number;
}

/**
 * AdaMax (Kingma and Ba 2015, whose algorithm has no ε): m = β₁m + (1 − β₁)g; u = max(β₂u, |g|);
 * w −= η / (1 − β₁ᵗ) · m / (u + ε). The default of η is 0.002. Keras and TensorFlow.js have the same
 * formula; PyTorch has u = max(β₂u, |g| + ε) and divides by u alone.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const adamax = define<AdamaxOptions>({
  kind: 'adamax',
  learningRate: 0.002,
  options: {
    beta1: decayRate(0.9),
    beta2: decayRate(0.999),
    epsilon: { default: 1e-8, tfjs: 1e-7, range: positive },
  },
  rule: () => 'adamax',
});

/** Momentum in three forms. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';

/** Options of {@link momentum}. */
export interface MomentumOptions extends CommonOptions {
  /** μ in [0, 1), default 0.9; may follow a schedule. */
  readonly momentum?: Scheduled;
  /**
   * - `'heavyBall'` (default): v = μv + g; w −= ηv (Polyak 1964; PyTorch and TensorFlow.js)
   * - `'displacement'`: v = μv − ηg; w += v (CS231n, Keras)
   * - `'averaged'`: v = μv + (1 − μ)g; w −= ηv (Ng). PyTorch with dampening μ starts from v₁ = g₁, so its v
   *   is larger by μᵗg₁ at step t.
   */
  readonly form?: 'heavyBall' | 'displacement' | 'averaged';
}

const rules: Readonly<Record<string, string>> = {
  heavyBall: 'momentum',
  displacement: 'momentumDisplacement',
  averaged: 'momentumAveraged',
};

/**
 * Gradient descent with momentum (Polyak 1964), in one of three forms. The default of η is 0.01. At a
 * constant rate the first two forms take the same steps. Where the rate changes, the v of
 * `'displacement'` still contains the old rate.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const momentum = define<MomentumOptions>({
  kind: 'momentum',
  learningRate: 0.01,
  options: {
    momentum: decayRate(0.9),
    form: { default: 'heavyBall', range: Object.keys(rules) },
  },
  rule: ({ form }) => rules[form as string] ?? 'momentum',
});

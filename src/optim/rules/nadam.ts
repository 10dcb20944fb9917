/** NAdam. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';
import { nonNegative, positive } from '../../options.js';

/** Options of {@link nadam}. */
export interface NadamOptions extends CommonOptions {
  /** β₁ in [0, 1), default 0.9; may follow a schedule. */
  readonly beta1?: Scheduled;
  /** β₂ in [0, 1), default 0.999; may follow a schedule. */
  readonly beta2?: Scheduled;
  /** Greater than 0; default 1e-8, with `compat: 'tfjs'` 1e-7. */
  readonly epsilon?: number;
  /** ψ of the momentum schedule, at least 0, default 0.004. */
  readonly momentumDecay?: number;
}

/**
 * Adam with Nesterov momentum (Dozat 2016), with PyTorch's formula. The default of η is 0.002.
 * `momentumDecay: 1` gives Keras's formula.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const nadam = define<NadamOptions>({
  kind: 'nadam',
  learningRate: 0.002,
  options: {
    beta1: decayRate(0.9),
    beta2: decayRate(0.999),
    epsilon: { default: 1e-8, tfjs: 1e-7, range: positive },
    momentumDecay: { default: 0.004, range: nonNegative },
  },
  rule: () => 'nadam',
});

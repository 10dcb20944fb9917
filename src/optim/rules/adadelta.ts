/** AdaDelta. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';
import { positive } from '../../options.js';

/** Options of {@link adadelta}. */
export interface AdadeltaOptions extends CommonOptions {
  /** ρ in [0, 1), default 0.95; may follow a schedule. */
  readonly decay?: Scheduled;
  /** Greater than 0; default 1e-6, with `compat: 'tfjs'` 1e-7. */
  readonly epsilon?: number;
}

/**
 * AdaDelta (Zeiler 2012): E = ρE + (1 − ρ)g²; u = g√(D + ε) / √(E + ε); D = ρD + (1 − ρ)u²; w −= ηu.
 * The default of η is 1. TensorFlow.js divides by the value of E before the step.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const adadelta = define<AdadeltaOptions>({
  kind: 'adadelta',
  learningRate: 1,
  options: {
    decay: decayRate(0.95),
    epsilon: { default: 1e-6, tfjs: 1e-7, range: positive },
  },
  rule: ({ compat }) => (compat === 'tfjs' ? 'adadeltaTfjs' : 'adadelta'),
});

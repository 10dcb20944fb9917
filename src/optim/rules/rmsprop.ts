/** RMSProp. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';
import { positive } from '../../options.js';

/** Options of {@link rmsprop}. */
export interface RmspropOptions extends CommonOptions {
  /** ρ in [0, 1), default 0.9; may follow a schedule. */
  readonly decay?: Scheduled;
  /** Greater than 0; default 1e-8, with `compat: 'tfjs'` 1e-7. */
  readonly epsilon?: number;
  /** μ in [0, 1), default 0: no momentum; may follow a schedule. */
  readonly momentum?: Scheduled;
  /** True divides by the standard deviation instead of the root mean square (Graves 2013). Default false. */
  readonly centered?: boolean;
}

/**
 * RMSProp (Tieleman and Hinton 2012): c = ρc + (1 − ρ)g²; w −= ηg / (√c + ε). With momentum,
 * v = μv + g / (√c + ε) and w −= ηv. The default of η is 0.001. TensorFlow.js and Keras put ε inside the
 * root, and η inside the momentum buffer. TensorFlow.js subtracts ε inside the root where `centered` is
 * true.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const rmsprop = define<RmspropOptions>({
  kind: 'rmsprop',
  learningRate: 0.001,
  options: {
    decay: decayRate(0.9),
    epsilon: { default: 1e-8, tfjs: 1e-7, range: positive },
    momentum: decayRate(0),
    centered: { default: false, range: 'boolean' },
  },
  rule: ({ centered, momentum, compat }) => {
    const base = centered === true ? 'rmspropCentered' : 'rmsprop';
    if (compat === 'tfjs') return `${base}Tfjs`;
    return momentum === 0 ? base : `${base}Momentum`;
  },
});

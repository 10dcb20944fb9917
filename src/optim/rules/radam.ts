/** RAdam. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';
import { positive } from '../../options.js';

/** Options of {@link radam}. */
export interface RadamOptions extends CommonOptions {
  /** β₁ in [0, 1), default 0.9; may follow a schedule. */
  readonly beta1?: Scheduled;
  /** β₂ in [0, 1), default 0.999; may follow a schedule. */
  readonly beta2?: Scheduled;
  /** Greater than 0; default 1e-8, with `compat: 'tfjs'` 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adam with a rectified variance (Liu et al. 2020), with PyTorch's formula. The default of η is 0.001.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const radam = define<RadamOptions>({
  kind: 'radam',
  learningRate: 0.001,
  options: {
    beta1: decayRate(0.9),
    beta2: decayRate(0.999),
    epsilon: { default: 1e-8, tfjs: 1e-7, range: positive },
  },
  rule: () => 'radam',
});

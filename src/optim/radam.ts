/** RAdam. */
import { type CommonOptions, define, positive, unit } from './define.js';

/** Options of {@link radam}. */
export interface RadamOptions extends CommonOptions {
  /** β₁ in [0, 1), default 0.9. */
  readonly beta1?: number;
  /** β₂ in [0, 1), default 0.999. */
  readonly beta2?: number;
  /** Greater than 0; default 1e-8, with `compat: 'tfjs'` 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adam with the variance rectified (Liu et al. 2020), as in PyTorch. η default 0.001.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const radam = define<RadamOptions>({
  kind: 'radam',
  learningRate: 0.001,
  options: {
    beta1: { default: 0.9, range: unit },
    beta2: { default: 0.999, range: unit },
    epsilon: { default: 1e-8, tfjs: 1e-7, range: positive },
  },
  rule: () => 'radam',
});

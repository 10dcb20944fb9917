/** Lion. */
import { type CommonOptions, define, unit } from './define.js';

/** Options of {@link lion}. */
export interface LionOptions extends CommonOptions {
  /** β₁ in [0, 1), default 0.9. */
  readonly beta1?: number;
  /** β₂ in [0, 1), default 0.99. */
  readonly beta2?: number;
}

/**
 * u = sign(β₁m + (1 − β₁)g); w −= η(u + λw); m = β₂m + (1 − β₂)g (Chen et al. 2023). η default 1e-4;
 * λ is `weightDecay`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const lion = define<LionOptions>({
  kind: 'lion',
  learningRate: 1e-4,
  options: { beta1: { default: 0.9, range: unit }, beta2: { default: 0.99, range: unit } },
  rule: () => 'lion',
});

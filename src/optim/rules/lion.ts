/** Lion. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';

/** Options of {@link lion}. */
export interface LionOptions extends CommonOptions {
  /** β₁ in [0, 1), default 0.9; may follow a schedule. */
  readonly beta1?: Scheduled;
  /** β₂ in [0, 1), default 0.99; may follow a schedule. */
  readonly beta2?: Scheduled;
}

/**
 * Lion (Chen et al. 2023): u = sign(β₁m + (1 − β₁)g); w −= η(u + λw); m = β₂m + (1 − β₂)g. The default
 * of η is 1e-4; λ is `weightDecay`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const lion = define<LionOptions>({
  kind: 'lion',
  learningRate: 1e-4,
  options: { beta1: decayRate(0.9), beta2: decayRate(0.99) },
  rule: () => 'lion',
});

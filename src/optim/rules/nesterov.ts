/** Nesterov's accelerated gradient. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';

/** Options of {@link nesterov}. */
export interface NesterovOptions extends CommonOptions {
  /** μ in [0, 1), default 0.9; may follow a schedule. */
  readonly momentum?: Scheduled;
}

/**
 * Nesterov's accelerated gradient (Sutskever et al. 2013): v = μv + g; w −= η(g + μv). The default of η
 * is 0.01.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const nesterov = define<NesterovOptions>({
  kind: 'nesterov',
  learningRate: 0.01,
  options: { momentum: decayRate(0.9) },
  rule: () => 'nesterov',
});

/** Nesterov's accelerated gradient. */
import { type CommonOptions, define, unit } from './define.js';

/** Options of {@link nesterov}. */
export interface NesterovOptions extends CommonOptions {
  /** μ in [0, 1), default 0.9. */
  readonly momentum?: number;
}

/**
 * v = μv + g; w −= η(g + μv) (Sutskever et al. 2013). η default 0.01.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const nesterov = define<NesterovOptions>({
  kind: 'nesterov',
  learningRate: 0.01,
  options: { momentum: { default: 0.9, range: unit } },
  rule: () => 'nesterov',
});

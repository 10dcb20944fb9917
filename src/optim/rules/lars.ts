/** LARS. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from '../define.js';
import { positive } from '../../options.js';

/** Options of {@link lars}. */
export interface LarsOptions extends CommonOptions {
  /** μ in [0, 1), default 0.9; may follow a schedule. */
  readonly momentum?: Scheduled;
  /** The change of a tensor at learning rate 1, as a share of its norm; greater than 0, default 0.001. */
  readonly trustCoefficient?: number;
}

/**
 * LARS, momentum for very large batches (You, Gitman and Ginsburg 2017, algorithm 1):
 * r = c‖w‖ / (‖g‖ + λ‖w‖), with the Euclidean norms of each tensor, and r = 1 where one of them is 0;
 * v = μv + ηr(g + λw); w −= v. The default of η is 1; λ is `weightDecay`, default 5e-4; c is
 * `trustCoefficient`.
 *
 * Biases start as tensors of zeros. The first step of such a tensor has r = 1, which is too large at a rate
 * of 1. Give biases another rate: `groups: [{ match: '*.bias', learningRate: 0.1 }]`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const lars = define<LarsOptions>({
  kind: 'lars',
  learningRate: 1,
  weightDecay: 5e-4,
  options: {
    momentum: decayRate(0.9),
    trustCoefficient: { default: 0.001, range: positive },
  },
  rule: () => 'lars',
});

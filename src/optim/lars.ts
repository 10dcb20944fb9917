/** LARS. */
import type { Scheduled } from '../schedule/schedule.js';
import { type CommonOptions, decayRate, define } from './define.js';
import { positive } from '../options.js';

/** Options of {@link lars}. */
export interface LarsOptions extends CommonOptions {
  /** μ in [0, 1), default 0.9; may follow a schedule. */
  readonly momentum?: Scheduled;
  /** Share of a tensor's norm that a step of rate 1 moves it by; greater than 0, default 0.001. */
  readonly trustCoefficient?: number;
}

/**
 * Momentum for very large batches: r = c‖w‖ / (‖g‖ + λ‖w‖), with the Euclidean norms of each tensor,
 * 1 where one of them is 0; v = μv + ηr(g + λw); w −= v (You, Gitman and Ginsburg 2017, algorithm 1).
 * η default 1; λ is `weightDecay`, default 5e-4; c is `trustCoefficient`.
 *
 * A tensor of zeros, as biases are at first, takes its first step with r = 1, and lands far off at a rate of 1:
 * give biases a rate of their own, `groups: [{ match: '*.bias', learningRate: 0.1 }]`.
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

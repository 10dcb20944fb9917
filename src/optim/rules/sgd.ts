/** Plain gradient descent. */
import { type CommonOptions, define } from '../define.js';

/**
 * Stochastic gradient descent (Robbins and Monro 1951): w −= ηg. The default of η is 0.01.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const sgd = define<CommonOptions>({
  kind: 'sgd',
  learningRate: 0.01,
  options: {},
  rule: () => 'sgd',
});

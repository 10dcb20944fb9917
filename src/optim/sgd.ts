/** Plain gradient descent. */
import { type CommonOptions, define } from './define.js';

/**
 * w −= ηg (Robbins and Monro 1951). η default 0.01.
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

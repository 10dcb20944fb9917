/** Plain gradient descent. */
import { type CommonOptions, define } from './define.js';

/** w −= ηg. η default 0.01. */
export const sgd = define<CommonOptions>({
  kind: 'sgd',
  learningRate: 0.01,
  options: {},
  rule: () => 'sgd',
});

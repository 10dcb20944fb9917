/** AdaGrad. */
import { type CommonOptions, define } from '../define.js';
import { nonNegative, positive } from '../../options.js';

/** Options of {@link adagrad}. */
export interface AdagradOptions extends CommonOptions {
  /** Greater than 0; default 1e-10, with `compat: 'tfjs'` 1e-7. */
  readonly epsilon?: number;
  /** The initial sum of squares; at least 0, default 0, with `compat: 'tfjs'` 0.1. */
  readonly initialAccumulator?: number;
}

/**
 * AdaGrad (Duchi, Hazan and Singer 2011): c += g²; w −= ηg / (√c + ε). The default of η is 0.01.
 * TensorFlow.js and Keras put ε inside the root.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const adagrad = define<AdagradOptions>({
  kind: 'adagrad',
  learningRate: 0.01,
  options: {
    epsilon: { default: 1e-10, tfjs: 1e-7, range: positive },
    initialAccumulator: { default: 0, tfjs: 0.1, range: nonNegative },
  },
  rule: ({ compat }) => (compat === 'tfjs' ? 'adagradTfjs' : 'adagrad'),
});

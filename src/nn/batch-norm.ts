/** Batch normalisation. */
import { checkBoolean, checkNumber, checkOneOf, checkOptions, positive } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements, sameSize } from './layer.js';
import { checkName } from './name.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';
import { normParameters } from './norm.js';

/** Options of {@link batchNorm}. */
export interface BatchNormOptions extends TrainableOptions {
  /** The share that the running statistics keep of their old value at each step, in [0, 1). Default 0.9. */
  readonly momentum?: number;
  /** Added to the variance, greater than 0. Default 1e-5. */
  readonly epsilon?: number;
  /** True where the layer multiplies by γ. Default true. */
  readonly scale?: boolean;
  /** True where the layer adds β. Default true. */
  readonly center?: boolean;
  /**
   * The variance of a batch of n values that enters the running statistics: `'unbiased'` divides by
   * n − 1 as the paper and PyTorch do, `'biased'` by n as TensorFlow.js does. The batch itself is
   * always normalised by the biased variance. Default `'unbiased'`.
   */
  readonly variance?: 'unbiased' | 'biased';
  /** 1 to 64 letters, digits, `_` or `-`. Default `batchNorm` and a number, such as `batchNorm1`. */
  readonly name?: string;
}

/** Description of a batch normalisation. */
export interface BatchNormLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'batchNorm';
  /** The share that the running statistics keep of their old value at each step. */
  readonly momentum: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** True where the layer multiplies by γ. */
  readonly scale: boolean;
  /** True where the layer adds β. */
  readonly center: boolean;
  /** The variance of a batch that enters the running statistics. */
  readonly variance: 'unbiased' | 'biased';
}

const optionKeys = ['momentum', 'epsilon', 'scale', 'center', 'variance', 'name', 'trainable'];

/**
 * Computes y = γ (x − mean) / √(variance + ε) + β for each feature, the last dimension of an example
 * (Ioffe and Szegedy 2015). Training uses the mean and variance of the batch, and updates running
 * statistics: running = momentum · running + (1 − momentum) · batch. Evaluation and prediction use the
 * running statistics.
 *
 * The running statistics are named `mean` and `variance`. They are saved with the weights, have no
 * gradient, and change only by steps that succeed. `trainer.refreshStatistics` computes them over a
 * whole data set.
 *
 * γ is the parameter `scale`, which starts at 1; β is the parameter `offset`, which starts at 0. Both
 * decay with the weights, as biases do, unless a group of the optimizer says otherwise:
 * `groups: [{ match: '*.scale', weightDecay: 0 }, { match: '*.offset', weightDecay: 0 }]`.
 *
 * `momentum` is 1 minus the momentum of PyTorch; the defaults are PyTorch's. TensorFlow.js and Keras
 * compute the same as `{ momentum: 0.99, epsilon: 1e-3, variance: 'biased' }`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function batchNorm(options: BatchNormOptions = {}): BatchNormLayer {
  checkOptions('batchNorm', options, optionKeys);
  const { momentum = 0.9, epsilon = 1e-5, scale = true, center = true } = options;
  const { variance = 'unbiased' } = options;
  return Object.freeze({
    kind: 'batchNorm',
    momentum: checkNumber('batchNorm.momentum', momentum, { min: 0, max: 1, openMax: true }),
    epsilon: checkNumber('batchNorm.epsilon', epsilon, positive),
    scale: checkBoolean('batchNorm.scale', scale),
    center: checkBoolean('batchNorm.center', center),
    variance: checkOneOf('batchNorm.variance', variance, ['unbiased', 'biased']),
    ...checkName('batchNorm.name', options.name),
    ...checkTrainable('batchNorm.trainable', options.trainable),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.batchNorm`. */
    readonly batchNorm: BatchNormLayer;
  }
}

defineKind<BatchNormLayer>({
  kind: 'batchNorm',
  check: ({ kind, ...options }) => batchNorm(options),
  outputShape: (_, input) => input,
  parameters: normParameters,
  statistics: (_, input) => [
    { name: 'mean', shape: [input.at(-1)!], initial: 0 },
    { name: 'variance', shape: [input.at(-1)!], initial: 1 },
  ],
  // The variance of a single value is always 0.
  leastBatch: (_, input) => (elements(input) === input.at(-1) ? 2 : 1),
  lower: ({ momentum, epsilon, scale, center, variance }, input, program, from) =>
    program.add('batchNorm', sameSize(input, from), {
      columns: input.at(-1)!,
      useScale: scale,
      useOffset: center,
      momentum,
      epsilon,
      unbiased: variance === 'unbiased',
    }),
});

/** Batch normalisation. */
import { checkBoolean, checkNumber, checkOneOf, checkOptions, positive } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements, sameSize } from './layer.js';
import { checkName } from './name.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';
import { normParameters } from './norm.js';

/** Options of {@link batchNorm}. */
export interface BatchNormOptions extends TrainableOptions {
  /** What the running statistics keep of themselves at each step, in [0, 1). Default 0.9. */
  readonly momentum?: number;
  /** Added to the variance, greater than 0. Default 1e-5. */
  readonly epsilon?: number;
  /** Whether γ is there. Default true. */
  readonly scale?: boolean;
  /** Whether β is there. Default true. */
  readonly center?: boolean;
  /**
   * Which variance the running statistics keep of a batch of n values: `'unbiased'` divides by
   * n − 1 as the paper and PyTorch do, `'biased'` by n as TensorFlow.js does. A batch itself is
   * always normalised by the biased one. Default `'unbiased'`.
   */
  readonly variance?: 'unbiased' | 'biased';
  /** 1 to 64 letters, digits, `_` or `-`. Default `batchNorm` and its count. */
  readonly name?: string;
}

/** Description of a batch normalisation. */
export interface BatchNormLayer extends Layer {
  /** Tells the layers apart. */
  readonly kind: 'batchNorm';
  /** What the running statistics keep of themselves at each step. */
  readonly momentum: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Whether γ is there. */
  readonly scale: boolean;
  /** Whether β is there. */
  readonly center: boolean;
  /** Which variance the running statistics keep. */
  readonly variance: 'unbiased' | 'biased';
}

const optionKeys = ['momentum', 'epsilon', 'scale', 'center', 'variance', 'name', 'trainable'];

/**
 * y = γ (x − mean) / √(variance + ε) + β for each feature, the last dimension of an example
 * (Ioffe and Szegedy 2015). While training, mean and variance are the batch's, and running ones
 * follow them: running = momentum · running + (1 − momentum) · batch. Elsewhere the running ones
 * serve. They are the layer's statistics `mean` and `variance`: saved with the weights, without a
 * gradient, moved by steps that succeed only; `trainer.refreshStatistics` makes them those of a
 * whole data set.
 *
 * γ is the parameter `scale`, which starts at 1, β is `offset`, which starts at 0. Like biases
 * they decay with the weights, unless a group of the optimizer says otherwise:
 * `groups: [{ match: '*.scale', weightDecay: 0 }, { match: '*.offset', weightDecay: 0 }]`.
 *
 * In PyTorch's terms, `momentum` is 1 minus its momentum, and the defaults are its own. To follow
 * TensorFlow.js and Keras: `{ momentum: 0.99, epsilon: 1e-3, variance: 'biased' }`.
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
  // The variance of one value says nothing.
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

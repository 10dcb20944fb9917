/** Layer normalisation. */
import { ThalwegError } from '../errors.js';
import { checkBoolean, checkNumber, checkOptions, positive } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, sameSize } from './layer.js';
import { checkName } from './name.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';
import { normParameters } from './norm.js';

/** Options of {@link layerNorm}. */
export interface LayerNormOptions extends TrainableOptions {
  /** Added to the variance, greater than 0. Default 1e-5. */
  readonly epsilon?: number;
  /** True where the layer multiplies by γ. Default true. */
  readonly scale?: boolean;
  /** True where the layer adds β. Default true. */
  readonly center?: boolean;
  /** 1 to 64 letters, digits, `_` or `-`. Default `layerNorm` and a number, such as `layerNorm1`. */
  readonly name?: string;
}

/** Description of a layer normalisation. */
export interface LayerNormLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'layerNorm';
  /** Added to the variance. */
  readonly epsilon: number;
  /** True where the layer multiplies by γ. */
  readonly scale: boolean;
  /** True where the layer adds β. */
  readonly center: boolean;
}

/**
 * Computes y = γ (x − mean) / √(variance + ε) + β, with mean and variance (divided by n) over the last
 * dimension of an example (Ba, Kiros and Hinton 2016). Each row is normalised by itself, and training
 * and prediction compute the same.
 *
 * γ is the parameter `scale`, which starts at 1; β is the parameter `offset`, which starts at 0. Both
 * have a value for each feature, and decay as those of batchNorm do. The defaults are PyTorch's; Keras
 * and TensorFlow.js have ε 1e-3.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` over one feature
 */
export function layerNorm(options: LayerNormOptions = {}): LayerNormLayer {
  checkOptions('layerNorm', options, ['epsilon', 'scale', 'center', 'name', 'trainable']);
  const { epsilon = 1e-5, scale = true, center = true } = options;
  return Object.freeze({
    kind: 'layerNorm',
    epsilon: checkNumber('layerNorm.epsilon', epsilon, positive),
    scale: checkBoolean('layerNorm.scale', scale),
    center: checkBoolean('layerNorm.center', center),
    ...checkName('layerNorm.name', options.name),
    ...checkTrainable('layerNorm.trainable', options.trainable),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.layerNorm`. */
    readonly layerNorm: LayerNormLayer;
  }
}

defineKind<LayerNormLayer>({
  kind: 'layerNorm',
  check: ({ kind, ...options }) => layerNorm(options),
  outputShape(_, input, path) {
    if (input.at(-1) === 1)
      throw new ThalwegError({
        code: 'SHAPE',
        path,
        received: 'one feature, whose difference from the mean is always 0',
        expected: 'at least two features, the last dimension of an example',
        remedy: 'take nn.batchNorm(), which normalises over the rows of a batch, or leave it out',
      });
    return input;
  },
  parameters: normParameters,
  lower: ({ epsilon, scale, center }, input, program, from) =>
    program.add('layerNorm', sameSize(input, from), {
      columns: input.at(-1)!,
      useScale: scale,
      useOffset: center,
      epsilon,
    }),
});

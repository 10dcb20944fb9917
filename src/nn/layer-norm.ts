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
  /** Whether γ is there. Default true. */
  readonly scale?: boolean;
  /** Whether β is there. Default true. */
  readonly center?: boolean;
  /** 1 to 64 letters, digits, `_` or `-`. Default `layerNorm` and its count. */
  readonly name?: string;
}

/** Description of a layer normalisation. */
export interface LayerNormLayer extends Layer {
  /** Tells the layers apart. */
  readonly kind: 'layerNorm';
  /** Added to the variance. */
  readonly epsilon: number;
  /** Whether γ is there. */
  readonly scale: boolean;
  /** Whether β is there. */
  readonly center: boolean;
}

/**
 * y = γ (x − mean) / √(variance + ε) + β, with mean and variance (divided by n) over the last
 * dimension of an example: rows do not know of each other, and training and prediction do the same
 * (Ba, Kiros and Hinton 2016).
 *
 * γ is the parameter `scale`, which starts at 1, β is `offset`, which starts at 0; both have a value
 * for each feature, and decay as batchNorm's do. The defaults are PyTorch's; Keras and
 * TensorFlow.js have ε 1e-3.
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
        received: 'one feature, which minus its own mean is always 0',
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

/** Normalisation by the root mean square. */
import { ThalwegError } from '../errors.js';
import { checkBoolean, checkNumber, checkOptions, positive } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, sameSize } from './layer.js';
import { checkName } from './name.js';
import { normParameters } from './norm.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';

/** Options of {@link rmsNorm}. */
export interface RmsNormOptions extends TrainableOptions {
  /** Added to the mean square, greater than 0. Default 1e-6. */
  readonly epsilon?: number;
  /** True where the layer multiplies by γ. Default true. */
  readonly scale?: boolean;
  /** 1 to 64 letters, digits, `_` or `-`. Default `rmsNorm` and a number, such as `rmsNorm1`. */
  readonly name?: string;
}

/** Description of a normalisation by the root mean square. */
export interface RmsNormLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'rmsNorm';
  /** Added to the mean square. */
  readonly epsilon: number;
  /** True where the layer multiplies by γ. */
  readonly scale: boolean;
}

/**
 * Computes y = γ x / √(mean(x²) + ε), with the mean over the last dimension of an example (Zhang and
 * Sennrich 2019). Unlike layer norm, it does not subtract the mean and has no β. Training and prediction
 * compute the same.
 *
 * γ is the parameter `scale` [features], which starts at 1 and decays as that of batchNorm does. The
 * default ε of PyTorch's `RMSNorm` is 1.19e-7, that of Keras's `RMSNormalization` 1e-6.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` over one feature
 */
export function rmsNorm(options: RmsNormOptions = {}): RmsNormLayer {
  checkOptions('rmsNorm', options, ['epsilon', 'scale', 'name', 'trainable']);
  const { epsilon = 1e-6, scale = true } = options;
  return Object.freeze({
    kind: 'rmsNorm',
    epsilon: checkNumber('rmsNorm.epsilon', epsilon, positive),
    scale: checkBoolean('rmsNorm.scale', scale),
    ...checkName('rmsNorm.name', options.name),
    ...checkTrainable('rmsNorm.trainable', options.trainable),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.rmsNorm`. */
    readonly rmsNorm: RmsNormLayer;
  }
}

defineKind<RmsNormLayer>({
  kind: 'rmsNorm',
  check: ({ kind, ...options }) => rmsNorm(options),
  outputShape(_, input, path) {
    if (input.at(-1) === 1)
      throw new ThalwegError({
        code: 'SHAPE',
        path,
        received: 'one feature, of which only the sign would remain',
        expected: 'at least two features, the last dimension of an example',
        remedy: 'take nn.batchNorm(), which normalises over the rows of a batch, or leave it out',
      });
    return input;
  },
  parameters: ({ scale }, input) => normParameters({ scale, center: false }, input),
  lower: ({ epsilon, scale }, input, program, from) =>
    program.add('rmsNorm', sameSize(input, from), {
      columns: input.at(-1)!,
      useScale: scale,
      epsilon,
    }),
});

/** Group normalisation. */
import { ThalwegError } from '../errors.js';
import { checkBoolean, checkNumber, checkOptions, positive } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements, sameSize } from './layer.js';
import { checkName } from './name.js';
import { normParameters } from './norm.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';

/** Options of {@link groupNorm}. */
export interface GroupNormOptions extends TrainableOptions {
  /** Added to the variance, greater than 0. Default 1e-5. */
  readonly epsilon?: number;
  /** True where the layer multiplies by γ. Default true. */
  readonly scale?: boolean;
  /** True where the layer adds β. Default true. */
  readonly center?: boolean;
  /** 1 to 64 letters, digits, `_` or `-`. Default `groupNorm` and a number, such as `groupNorm1`. */
  readonly name?: string;
}

/** Description of a group normalisation. */
export interface GroupNormLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'groupNorm';
  /** The number of groups that the channels form. */
  readonly groups: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** True where the layer multiplies by γ. */
  readonly scale: boolean;
  /** True where the layer adds β. */
  readonly center: boolean;
}

/**
 * Computes y = γ (x − mean) / √(variance + ε) + β, with mean and variance (divided by n) over each group
 * of an example (Wu and He 2018). The last dimension of an example holds its channels. They are cut into
 * `groups` groups of neighbouring channels, and a group includes all other dimensions. Each example is
 * normalised by itself, and training and prediction compute the same. One group normalises all numbers
 * of an example together. As many groups as channels normalise each channel by itself (instance norm).
 *
 * γ is the parameter `scale` [channels], which starts at 1; β is the parameter `offset` [channels],
 * which starts at 0. Both decay as those of batchNorm do. The default ε is PyTorch's; Keras has 1e-3.
 *
 * @param groups the number of groups, at least 1; divides the number of channels
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where the number of channels
 * is no multiple of `groups`, or a group is one number
 */
export function groupNorm(groups: number, options: GroupNormOptions = {}): GroupNormLayer {
  checkNumber('groupNorm.groups', groups, { min: 1, max: 2 ** 31 - 1, integer: true });
  checkOptions('groupNorm', options, ['epsilon', 'scale', 'center', 'name', 'trainable']);
  const { epsilon = 1e-5, scale = true, center = true } = options;
  return Object.freeze({
    kind: 'groupNorm',
    groups,
    epsilon: checkNumber('groupNorm.epsilon', epsilon, positive),
    scale: checkBoolean('groupNorm.scale', scale),
    center: checkBoolean('groupNorm.center', center),
    ...checkName('groupNorm.name', options.name),
    ...checkTrainable('groupNorm.trainable', options.trainable),
  });
}

function refuse(path: string, received: string, expected: string): never {
  throw new ThalwegError({ code: 'SHAPE', path, received, expected });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.groupNorm`. */
    readonly groupNorm: GroupNormLayer;
  }
}

defineKind<GroupNormLayer>({
  kind: 'groupNorm',
  check: ({ kind, groups, ...options }) => groupNorm(groups, options),
  outputShape({ groups }, input, path) {
    const channels = input.at(-1)!;
    if (channels % groups !== 0)
      refuse(path, `${channels} channels for ${groups} groups`, 'groups that divide the channels');
    if (elements(input) === groups)
      refuse(
        path,
        'groups of one number, whose difference from the mean is always 0',
        'at least two numbers a group',
      );
    return input;
  },
  parameters: normParameters,
  lower: ({ groups, epsilon, scale, center }, input, program, from) =>
    program.add('groupNorm', sameSize(input, from), {
      channels: input.at(-1)!,
      groups,
      useScale: scale,
      useOffset: center,
      epsilon,
    }),
});

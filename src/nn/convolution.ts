/** Options, checks and lowering that convolutions of pictures and of series share. */
import { ThalwegError } from '../errors.js';
import type { OpFields, OpPlace } from '../native.js';
import { checkBoolean, checkNumber, checkOneOf } from '../options.js';
import { type ActivationName, checkFused, fusedSlope } from './activation.js';
import { affineParameters } from './affine.js';
import { type Initializer, initializers } from './initializer.js';
import { checkName } from './name.js';
import { type ParameterSpec, type Program, elements } from './layer.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';
import type { WindowFields } from './window.js';

/** Options of all convolutions. */
export interface ConvolutionOptions extends TrainableOptions {
  /** The activation of the output; see `nn.dense`. Default none. */
  readonly activation?: ActivationName;
  /** True where the layer adds b. Default true. */
  readonly useBias?: boolean;
  /** The initial values of W. Default `'glorotUniform'`. */
  readonly weightInitializer?: Initializer;
  /** The initial values of b. Default `'zeros'`. */
  readonly biasInitializer?: Initializer;
  /** 1 to 64 letters, digits, `_` or `-`. Default the kind and a number, such as `conv2d1`. */
  readonly name?: string;
}

/** Options of convolutions whose channels can be in groups. */
export interface GroupOptions {
  /**
   * The number of groups: filters of a group see the channels of that group alone. It divides both the
   * channels and the filters. With as many groups as channels the layer is depthwise. Default 1.
   */
  readonly groups?: number;
}

/** The fields that the descriptions of all convolutions have. */
export interface Convolution {
  /** The activation of the output. */
  readonly activation: ActivationName | 'none';
  /** True where the layer adds b. */
  readonly useBias: boolean;
  /** The initial values of W. */
  readonly weightInitializer: Initializer;
  /** The initial values of b. */
  readonly biasInitializer: Initializer;
}

export const convolutionKeys = [
  'activation',
  'useBias',
  'weightInitializer',
  'biasInitializer',
  'name',
  'trainable',
] as const;

/** Returns the checked options of a convolution. `path` begins their names in errors. */
export function checkConvolution(path: string, options: ConvolutionOptions): Convolution {
  const { useBias = true } = options;
  const { weightInitializer = 'glorotUniform', biasInitializer = 'zeros' } = options;
  return {
    activation: checkFused(`${path}.activation`, options.activation),
    useBias: checkBoolean(`${path}.useBias`, useBias),
    weightInitializer: checkOneOf(`${path}.weightInitializer`, weightInitializer, initializers),
    biasInitializer: checkOneOf(`${path}.biasInitializer`, biasInitializer, initializers),
    ...checkName(`${path}.name`, options.name),
    ...checkTrainable(`${path}.trainable`, options.trainable),
  };
}

/** Returns the checked option `groups`, which must divide the filters. */
export function checkGroups(path: string, groups = 1, filters: number): number {
  checkNumber(`${path}.groups`, groups, { min: 1, max: 2 ** 31 - 1, integer: true });
  if (filters % groups === 0) return groups;
  throw new ThalwegError({
    code: 'RANGE',
    path: `${path}.groups`,
    received: `${groups} groups of ${filters} filters`,
    expected: 'a number of groups that divides the filters',
  });
}

/** Throws SHAPE unless the groups divide the channels. */
export function checkChannels(groups: number, channels: number, path: string): void {
  if (channels % groups === 0) return;
  throw new ThalwegError({
    code: 'SHAPE',
    path,
    received: `${channels} channels in ${groups} groups`,
    expected: 'a number of channels that the groups divide',
  });
}

/** Returns the parameters of a convolution whose window has `kernel` extents. */
export function convolutionParameters(
  layer: Convolution & { readonly filters: number; readonly groups: number },
  kernel: readonly number[],
  channels: number,
): readonly ParameterSpec[] {
  const seen = channels / layer.groups;
  const taps = elements(kernel);
  const fans = { fanIn: taps * seen, fanOut: taps * layer.filters };
  return affineParameters(layer, [...kernel, seen, layer.filters], fans);
}

/** Returns the options of a description, in which no activation has a name. */
export function optionsOf<T extends { readonly activation: string }>({
  activation,
  ...options
}: T): Omit<T, 'activation'> & { readonly activation?: ActivationName } {
  return activation === 'none' ? options : { ...options, activation: activation as ActivationName };
}

/** Adds the op of a convolution, and returns the number of its value. */
export function lowerConvolution(
  layer: Convolution & { readonly groups: number },
  place: OpPlace,
  window: WindowFields,
  program: Program,
): number {
  const { groups } = layer;
  if (groups === 1) return program.add('convolution', place, fieldsOf(layer, window));
  if (groups === window.channels) return lowerDepthwise(layer, place, window, program);
  return program.add('groupedConvolution', place, { ...fieldsOf(layer, window), groups });
}

/** Adds the op of a depthwise convolution, and returns the number of its value. */
export function lowerDepthwise(
  layer: Convolution,
  place: OpPlace,
  window: WindowFields,
  program: Program,
): number {
  return program.add('depthwiseConvolution', place, fieldsOf(layer, window));
}

function fieldsOf({ activation, useBias }: Convolution, window: WindowFields): OpFields {
  return { ...window, activation, slope: fusedSlope(activation), useBias };
}

/** Options, checks and lowering that convolutions of pictures and of series share. */
import type { OpFields, OpPlace } from '../native.js';
import { checkBoolean, checkOneOf } from '../options.js';
import { type ActivationName, checkFused, fusedSlope } from './activation.js';
import { type Initializer, initializers } from './initializer.js';
import { checkName } from './name.js';
import type { Program } from './layer.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';

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

/** Returns the options of a description, in which no activation has a name. */
export function optionsOf<T extends { readonly activation: string }>({
  activation,
  ...options
}: T): Omit<T, 'activation'> & { readonly activation?: ActivationName } {
  return activation === 'none' ? options : { ...options, activation: activation as ActivationName };
}

/** Adds the op of a convolution, and returns the number of its value. */
export function lowerConvolution(
  { activation, useBias }: Convolution,
  place: OpPlace,
  window: OpFields,
  program: Program,
): number {
  const slope = fusedSlope(activation);
  return program.add('convolution', place, { ...window, activation, slope, useBias });
}

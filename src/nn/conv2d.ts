/** The convolution of pictures. */
import { checkBoolean, checkNumber, checkOneOf, requireOptions } from '../options.js';
import { type ActivationName, checkFused, fusedSlope } from './activation.js';
import { affineParameters } from './affine.js';
import { type Initializer, initializers } from './initializer.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';
import {
  type Extents,
  type WindowOptions,
  type WindowShape,
  checkWindow,
  geometryOf,
  pictureOf,
} from './window.js';

/** Options of {@link conv2d}. */
export interface Conv2dOptions extends WindowOptions, TrainableOptions {
  /** Height and width of the window, at least 1. */
  readonly kernel: Extents;
  /** The activation of the output; see `nn.dense`. Default none. */
  readonly activation?: ActivationName;
  /** True where the layer adds b. Default true. */
  readonly useBias?: boolean;
  /** The initial values of W. Default `'glorotUniform'`. */
  readonly weightInitializer?: Initializer;
  /** The initial values of b. Default `'zeros'`. */
  readonly biasInitializer?: Initializer;
  /** 1 to 64 letters, digits, `_` or `-`. Default `conv2d` and a number, such as `conv2d1`. */
  readonly name?: string;
}

/** Description of a convolution. */
export interface Conv2dLayer extends Layer, WindowShape {
  /** The kind of layer. */
  readonly kind: 'conv2d';
  /** The number of channels of the output. */
  readonly filters: number;
  /** The activation of the output. */
  readonly activation: ActivationName | 'none';
  /** True where the layer adds b. */
  readonly useBias: boolean;
  /** The initial values of W. */
  readonly weightInitializer: Initializer;
  /** The initial values of b. */
  readonly biasInitializer: Initializer;
}

const optionKeys = [
  'kernel',
  'stride',
  'padding',
  'dilation',
  'activation',
  'useBias',
  'weightInitializer',
  'biasInitializer',
  'name',
  'trainable',
];

/**
 * Computes y = activation(x ∗ W + b). Pictures are [height, width, channels], with channels last as in
 * Keras and TensorFlow.js, and become [rows, columns, filters], a row
 * and a column for each position of the window. The window covers
 * `kernel` pixels, and its taps meet the parameter `weight` [kernel height, kernel width, channels,
 * filters]: like other libraries, the layer does not turn the window over. Pixels of the border are 0.
 * `bias` has shape [filters].
 *
 * @param filters the number of channels of the output, at least 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are no
 * pictures, or the window does not fit
 */
export function conv2d(filters: number, options: Conv2dOptions): Conv2dLayer {
  checkNumber('conv2d.filters', filters, { min: 1, max: 2 ** 31 - 1, integer: true });
  requireOptions('conv2d', options, optionKeys);
  const { activation, useBias = true } = options;
  const { weightInitializer = 'glorotUniform', biasInitializer = 'zeros' } = options;
  return Object.freeze({
    kind: 'conv2d',
    filters,
    ...checkWindow('conv2d', options),
    activation: checkFused('conv2d.activation', activation),
    useBias: checkBoolean('conv2d.useBias', useBias),
    weightInitializer: checkOneOf('conv2d.weightInitializer', weightInitializer, initializers),
    biasInitializer: checkOneOf('conv2d.biasInitializer', biasInitializer, initializers),
    ...checkName('conv2d.name', options.name),
    ...checkTrainable('conv2d.trainable', options.trainable),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.conv2d`. */
    readonly conv2d: Conv2dLayer;
  }
}

defineKind<Conv2dLayer>({
  kind: 'conv2d',
  check: ({ kind, filters, activation, ...options }) =>
    conv2d(filters, activation === 'none' ? options : { ...options, activation }),
  outputShape(layer, input, path) {
    const { positions } = geometryOf(layer, pictureOf(input, path), path);
    return [...positions, layer.filters];
  },
  parameters(layer, input) {
    const [taps, channels] = [elements(layer.kernel), input.at(-1)!];
    const fans = { fanIn: taps * channels, fanOut: taps * layer.filters };
    return affineParameters(layer, [...layer.kernel, channels, layer.filters], fans);
  },
  lower(layer, input, program, from) {
    const { activation, useBias, filters } = layer;
    const { positions, fields } = geometryOf(layer, pictureOf(input, ''), '');
    const place = {
      from: [from],
      inputs: elements(input),
      outputs: elements(positions) * filters,
    };
    const slope = fusedSlope(activation);
    return program.add('convolution', place, { ...fields, activation, slope, useBias });
  },
});

/** The convolution of pictures. */
import { checkNumber, requireOptions } from '../options.js';
import {
  type Convolution,
  type ConvolutionOptions,
  type GroupOptions,
  checkChannels,
  checkConvolution,
  checkGroups,
  convolutionKeys,
  convolutionParameters,
  lowerConvolution,
  optionsOf,
} from './convolution.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import {
  type Extents,
  type WindowOptions,
  type WindowShape,
  checkWindow,
  geometryOf,
  pictureOf,
} from './window.js';

/** Options of {@link conv2d}. */
export interface Conv2dOptions extends WindowOptions, GroupOptions, ConvolutionOptions {
  /** Height and width of the window, at least 1. */
  readonly kernel: Extents;
}

/** Description of a convolution. */
export interface Conv2dLayer extends Layer, WindowShape, Convolution {
  /** The kind of layer. */
  readonly kind: 'conv2d';
  /** The number of channels of the output. */
  readonly filters: number;
  /** The number of groups. */
  readonly groups: number;
}

const optionKeys = ['kernel', 'stride', 'padding', 'dilation', 'groups', ...convolutionKeys];

/**
 * Computes y = activation(x ∗ W + b). Pictures are [height, width, channels], with channels last as in
 * Keras and TensorFlow.js, and become [rows, columns, filters], a row
 * and a column for each position of the window. The window covers
 * `kernel` pixels, and its taps meet the parameter `weight` [kernel height, kernel width, channels,
 * filters]: like other libraries, the layer does not turn the window over. Pixels of the border are 0.
 * `bias` has shape [filters]. With `groups`, `weight` has channels / groups in the place of channels.
 *
 * @param filters the number of channels of the output, at least 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are no
 * pictures, or the window does not fit
 */
export function conv2d(filters: number, options: Conv2dOptions): Conv2dLayer {
  checkNumber('conv2d.filters', filters, { min: 1, max: 2 ** 31 - 1, integer: true });
  requireOptions('conv2d', options, optionKeys);
  return Object.freeze({
    kind: 'conv2d',
    filters,
    ...checkWindow('conv2d', options),
    groups: checkGroups('conv2d', options.groups, filters),
    ...checkConvolution('conv2d', options),
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
  check: ({ kind, filters, ...options }) => conv2d(filters, optionsOf(options)),
  outputShape(layer, input, path) {
    const picture = pictureOf(input, path);
    checkChannels(layer.groups, picture[2], path);
    const { positions } = geometryOf(layer, picture, path);
    return [...positions, layer.filters];
  },
  parameters: (layer, input) => convolutionParameters(layer, layer.kernel, input.at(-1)!),
  lower(layer, input, program, from) {
    const { positions, fields } = geometryOf(layer, pictureOf(input, ''), '');
    const outputs = elements(positions) * layer.filters;
    const place = { from: [from], inputs: elements(input), outputs };
    return lowerConvolution(layer, place, fields, program);
  },
});

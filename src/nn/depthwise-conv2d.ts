/** The depthwise convolution of pictures. */
import { checkNumber, requireOptions } from '../options.js';
import {
  type Convolution,
  type ConvolutionOptions,
  checkConvolution,
  convolutionKeys,
  lowerDepthwise,
  optionsOf,
} from './convolution.js';
import { affineParameters } from './affine.js';
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

/** Options of {@link depthwiseConv2d}. */
export interface DepthwiseConv2dOptions extends WindowOptions, ConvolutionOptions {
  /** Height and width of the window, at least 1. */
  readonly kernel: Extents;
  /** The number of filters of each channel, at least 1. Default 1. */
  readonly depthMultiplier?: number;
}

/** Description of a depthwise convolution. */
export interface DepthwiseConv2dLayer extends Layer, WindowShape, Convolution {
  /** The kind of layer. */
  readonly kind: 'depthwiseConv2d';
  /** The number of filters of each channel. */
  readonly depthMultiplier: number;
}

const optionKeys = [
  'kernel',
  'stride',
  'padding',
  'dilation',
  'depthMultiplier',
  ...convolutionKeys,
];

/**
 * Computes y = activation(x ∗ W + b), where each channel has filters of its own, which see this channel
 * alone (Sifre 2014). Pictures [height, width, channels] become [rows, columns, channels ·
 * depthMultiplier]; the filters of a channel lie next to each other. `weight` has shape [kernel height,
 * kernel width, channels, depthMultiplier] and `bias` [channels · depthMultiplier]. `nn.conv2d` with
 * kernel 1 behind it mixes the channels; together they are a separable convolution.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are no
 * pictures, or the window does not fit
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): DepthwiseConv2dLayer {
  requireOptions('depthwiseConv2d', options, optionKeys);
  const { depthMultiplier = 1 } = options;
  const limits = { min: 1, max: 2 ** 31 - 1, integer: true };
  return Object.freeze({
    kind: 'depthwiseConv2d',
    depthMultiplier: checkNumber('depthwiseConv2d.depthMultiplier', depthMultiplier, limits),
    ...checkWindow('depthwiseConv2d', options),
    ...checkConvolution('depthwiseConv2d', options),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.depthwiseConv2d`. */
    readonly depthwiseConv2d: DepthwiseConv2dLayer;
  }
}

defineKind<DepthwiseConv2dLayer>({
  kind: 'depthwiseConv2d',
  check: ({ kind, ...options }) => depthwiseConv2d(optionsOf(options)),
  outputShape(layer, input, path) {
    const { positions } = geometryOf(layer, pictureOf(input, path), path);
    return [...positions, input[2]! * layer.depthMultiplier];
  },
  parameters(layer, input) {
    const [taps, channels] = [elements(layer.kernel), input[2]!];
    const shape = [...layer.kernel, channels, layer.depthMultiplier];
    const fans = { fanIn: taps, fanOut: taps * layer.depthMultiplier };
    return affineParameters(layer, shape, fans, channels * layer.depthMultiplier);
  },
  lower(layer, input, program, from) {
    const { positions, fields } = geometryOf(layer, pictureOf(input, ''), '');
    const outputs = elements(positions) * input[2]! * layer.depthMultiplier;
    const place = { from: [from], inputs: elements(input), outputs };
    return lowerDepthwise(layer, place, fields, program);
  },
});

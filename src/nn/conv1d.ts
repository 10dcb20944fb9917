/** The convolution of series. */
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
import { type SeriesWindow, checkSeriesWindow, seriesGeometry, seriesOf } from './series.js';

/** Options of {@link conv1d}. */
export interface Conv1dOptions extends GroupOptions, ConvolutionOptions {
  /** The length of the window, at least 1. */
  readonly kernel: number;
  /** How far the window moves from one position to the next, at least 1. Default 1. */
  readonly stride?: number;
  /**
   * The border around the series. `'valid'` has none. With `'same'` the output has ⌈length / stride⌉
   * positions, and an odd border has one more at the end. With `'causal'` it has as many, and the whole
   * border lies before the series, so that no position sees what comes after it. A number adds as much
   * to both sides. Default `'valid'`.
   */
  readonly padding?: 'valid' | 'same' | 'causal' | number;
  /** The distance between neighbouring taps of the window, at least 1. Default 1. */
  readonly dilation?: number;
}

/** Description of a convolution of series. */
export interface Conv1dLayer extends Layer, SeriesWindow, Convolution {
  /** The kind of layer. */
  readonly kind: 'conv1d';
  /** The number of channels of the output. */
  readonly filters: number;
  /** The number of groups. */
  readonly groups: number;
}

const optionKeys = ['kernel', 'stride', 'padding', 'dilation', 'groups', ...convolutionKeys];

/**
 * Computes y = activation(x ∗ W + b). Series are [length, channels] and become [positions, filters], a
 * row for each position of the window. The window covers `kernel` rows, which meet the parameter
 * `weight` [kernel, channels, filters]. The layer does not turn the window over, like other libraries.
 * Rows of the border are 0. `bias` has shape [filters]. With `groups`, `weight` has channels / groups in
 * the place of channels.
 *
 * @param filters the number of channels of the output, at least 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are no
 * series, or the window does not fit
 * @example
 * const layer = nn.conv1d(16, { kernel: 5, padding: 'causal', activation: 'relu' });
 */
export function conv1d(filters: number, options: Conv1dOptions): Conv1dLayer {
  checkNumber('conv1d.filters', filters, { min: 1, max: 2 ** 31 - 1, integer: true });
  requireOptions('conv1d', options, optionKeys);
  return Object.freeze({
    kind: 'conv1d',
    filters,
    ...checkSeriesWindow('conv1d', options, ['valid', 'same', 'causal']),
    groups: checkGroups('conv1d', options.groups, filters),
    ...checkConvolution('conv1d', options),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.conv1d`. */
    readonly conv1d: Conv1dLayer;
  }
}

defineKind<Conv1dLayer>({
  kind: 'conv1d',
  check: ({ kind, filters, ...options }) => conv1d(filters, optionsOf(options)),
  outputShape(layer, input, path) {
    const series = seriesOf(input, path);
    checkChannels(layer.groups, series[1], path);
    return [seriesGeometry(layer, series, path).positions, layer.filters];
  },
  parameters: (layer, input) => convolutionParameters(layer, [layer.kernel], input.at(-1)!),
  lower(layer, input, program, from) {
    const { positions, fields } = seriesGeometry(layer, seriesOf(input, ''), '');
    const place = { from: [from], inputs: elements(input), outputs: positions * layer.filters };
    return lowerConvolution(layer, place, fields, program);
  },
});

/** Pools of series: the largest number or the mean below each position of a window. */
import { requireOptions } from '../options.js';
import { defineKind } from './kinds.js';
import type { Layer } from './layer.js';
import { checkName } from './name.js';
import { type Lowering, type PoolKind, checkPool, lowerPool } from './pool.js';
import { type SeriesWindow, checkSeriesWindow, seriesGeometry, seriesOf } from './series.js';

/** Options of {@link maxPool1d} and {@link averagePool1d}. */
export interface Pool1dOptions {
  /** The length of the window, at least 1. */
  readonly kernel: number;
  /** How far the window moves from one position to the next, at least 1. Default as `kernel`. */
  readonly stride?: number;
  /** The border around the series; see `nn.conv1d`. Its rows do not count. Default `'valid'`. */
  readonly padding?: 'valid' | 'same' | number;
  /** 1 to 64 letters, digits, `_` or `-`. Default the kind and a number, such as `maxPool1d1`. */
  readonly name?: string;
}

/** The windows of a pool have no holes. */
interface PoolShape extends Omit<SeriesWindow, 'dilation'> {
  /** The border around the series. */
  readonly padding: 'valid' | 'same' | number;
}

/** Description of a max pool of series. */
export interface MaxPool1dLayer extends Layer, PoolShape {
  /** The kind of layer. */
  readonly kind: 'maxPool1d';
}

/** Description of an average pool of series. */
export interface AveragePool1dLayer extends Layer, PoolShape {
  /** The kind of layer. */
  readonly kind: 'averagePool1d';
}

function pool<K extends 'maxPool1d' | 'averagePool1d'>(kind: K, options: Pool1dOptions) {
  requireOptions(kind, options, ['kernel', 'stride', 'padding', 'name']);
  const { kernel, stride = kernel, padding = 'valid' } = options;
  const checked = checkSeriesWindow(kind, { kernel, stride, padding }, ['valid', 'same']);
  const { dilation: _, ...window } = checked;
  return Object.freeze({ kind, ...window, ...checkName(`${kind}.name`, options.name) });
}

/**
 * Takes the largest number below each position of a window, channel by channel: series [length, channels]
 * become [positions, channels]. The gradient goes to the first of equal numbers. A NaN below the window
 * comes through. Rows that no window reaches are left out.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are no
 * series, or the window does not fit
 */
export function maxPool1d(options: Pool1dOptions): MaxPool1dLayer {
  return pool('maxPool1d', options);
}

/**
 * Takes the mean below each position of a window, channel by channel: series [length, channels] become
 * [positions, channels]. Rows of the border do not count, as in Keras and TensorFlow.js; PyTorch counts
 * them as zeros by default.
 *
 * @throws ThalwegError as {@link maxPool1d}
 */
export function averagePool1d(options: Pool1dOptions): AveragePool1dLayer {
  return pool('averagePool1d', options);
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.maxPool1d`. */
    readonly maxPool1d: MaxPool1dLayer;
    /** The layer of `nn.averagePool1d`. */
    readonly averagePool1d: AveragePool1dLayer;
  }
}

function outputShape(layer: PoolShape, input: readonly number[], path: string) {
  const series = seriesOf(input, path);
  checkPool([layer.kernel], typeof layer.padding === 'string' ? [] : [layer.padding], path);
  return [seriesGeometry({ ...layer, dilation: 1 }, series, path).positions, series[1]];
}

function lower(kind: PoolKind, layer: PoolShape, input: readonly number[], lowering: Lowering) {
  const geometry = seriesGeometry({ ...layer, dilation: 1 }, seriesOf(input, ''), '');
  return lowerPool(kind, { input, ...geometry }, lowering);
}

defineKind<MaxPool1dLayer>({
  kind: 'maxPool1d',
  check: ({ kind, ...options }) => maxPool1d(options),
  outputShape,
  parameters: () => [],
  lower: (layer, input, program, from) => lower('maxPool', layer, input, { program, from }),
});

defineKind<AveragePool1dLayer>({
  kind: 'averagePool1d',
  check: ({ kind, ...options }) => averagePool1d(options),
  outputShape,
  parameters: () => [],
  lower: (layer, input, program, from) => lower('averagePool', layer, input, { program, from }),
});

/** Pools of pictures: the largest number or the mean below each position of a window. */
import { requireOptions } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { type Lowering, type PoolKind, checkPool, lowerPool } from './pool.js';
import {
  type Extents,
  type Padding,
  type WindowShape,
  checkWindow,
  geometryOf,
  pictureOf,
} from './window.js';

/** Options of {@link maxPool2d} and {@link averagePool2d}. */
export interface Pool2dOptions {
  /** Height and width of the window, at least 1. */
  readonly kernel: Extents;
  /** How far the window moves from one position to the next, at least 1. Default as `kernel`. */
  readonly stride?: Extents;
  /** The border around the picture; see `nn.conv2d`. Its pixels do not count. Default `'valid'`. */
  readonly padding?: Padding;
  /** 1 to 64 letters, digits, `_` or `-`. Default the kind and a number, such as `maxPool2d1`. */
  readonly name?: string;
}

/** The windows of a pool have no holes. */
type PoolShape = Omit<WindowShape, 'dilation'>;

/** Description of a max pool. */
export interface MaxPool2dLayer extends Layer, PoolShape {
  /** The kind of layer. */
  readonly kind: 'maxPool2d';
}

/** Description of an average pool. */
export interface AveragePool2dLayer extends Layer, PoolShape {
  /** The kind of layer. */
  readonly kind: 'averagePool2d';
}

function pool<K extends 'maxPool2d' | 'averagePool2d'>(kind: K, options: Pool2dOptions) {
  requireOptions(kind, options, ['kernel', 'stride', 'padding', 'name']);
  const { kernel, stride = kernel, padding = 'valid' } = options;
  const { dilation: _, ...window } = checkWindow(kind, { kernel, stride, padding });
  return Object.freeze({
    kind,
    ...window,
    ...checkName(`${kind}.name`, options.name),
  });
}

/**
 * Takes the largest number below each position of a window, channel by channel: pictures [height, width,
 * channels] become [rows, columns, channels]. The gradient goes to the first of equal numbers.
 * A NaN below the window comes through. Rows and columns that no window reaches are left out.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are no
 * pictures, or the window does not fit
 */
export function maxPool2d(options: Pool2dOptions): MaxPool2dLayer {
  return pool('maxPool2d', options);
}

/**
 * Takes the mean below each position of a window, channel by channel: pictures [height, width, channels]
 * become [rows, columns, channels]. Pixels of the border do not count, as in Keras and
 * TensorFlow.js; PyTorch counts them as zeros by default.
 *
 * @throws ThalwegError as {@link maxPool2d}
 */
export function averagePool2d(options: Pool2dOptions): AveragePool2dLayer {
  return pool('averagePool2d', options);
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.maxPool2d`. */
    readonly maxPool2d: MaxPool2dLayer;
    /** The layer of `nn.averagePool2d`. */
    readonly averagePool2d: AveragePool2dLayer;
  }
}

function outputShape(layer: PoolShape, input: readonly number[], path: string) {
  const picture = pictureOf(input, path);
  checkPool(layer.kernel, typeof layer.padding === 'string' ? [] : layer.padding, path);
  return [...geometryOf({ ...layer, dilation: [1, 1] }, picture, path).positions, picture[2]];
}

function lower(kind: PoolKind, layer: PoolShape, input: readonly number[], lowering: Lowering) {
  const window = { ...layer, dilation: [1, 1] } as const;
  const { positions, fields } = geometryOf(window, pictureOf(input, ''), '');
  return lowerPool(kind, { input, positions: elements(positions), fields }, lowering);
}

defineKind<MaxPool2dLayer>({
  kind: 'maxPool2d',
  check: ({ kind, ...options }) => maxPool2d(options),
  outputShape,
  parameters: () => [],
  lower: (layer, input, program, from) => lower('maxPool', layer, input, { program, from }),
});

defineKind<AveragePool2dLayer>({
  kind: 'averagePool2d',
  check: ({ kind, ...options }) => averagePool2d(options),
  outputShape,
  parameters: () => [],
  lower: (layer, input, program, from) => lower('averagePool', layer, input, { program, from }),
});

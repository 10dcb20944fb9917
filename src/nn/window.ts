/** The window that convolutions and pools move over a picture. */
import { ThalwegError } from '../errors.js';
import type { OpFields } from '../native.js';
import { checkNumber, checkOneOf, wrongType } from '../options.js';
import { isList } from '../values.js';
import { type Positions, positionsOf } from './axis.js';

/** One number for height and width, or one for each. */
export type Extents = number | readonly [height: number, width: number];

/** Padding around a picture; see `nn.conv2d`. */
export type Padding = 'valid' | 'same' | Extents;

/** Options of the windows of layers. */
export interface WindowOptions {
  /** How far the window moves from one position to the next, at least 1. Default 1. */
  readonly stride?: Extents;
  /**
   * The border around the picture. `'valid'` has none. With `'same'` the output has ⌈extent / stride⌉
   * positions, and an odd border has one more at the end, as in TensorFlow. A number adds as much to
   * both sides. Default `'valid'`.
   */
  readonly padding?: Padding;
  /** The distance between neighbouring taps of the window, at least 1. Default 1. */
  readonly dilation?: Extents;
}

/** A window as a layer describes it. Each pair is height and width. */
export interface WindowShape {
  /** Height and width of the window. */
  readonly kernel: readonly [number, number];
  /** How far it moves from one position to the next. */
  readonly stride: readonly [number, number];
  /** The border around the picture. */
  readonly padding: 'valid' | 'same' | readonly [number, number];
  /** The distance between neighbouring taps. */
  readonly dilation: readonly [number, number];
}

/** Returns one checked number for height and width as two, or two checked numbers. */
export function checkExtents(path: string, value: unknown, min: number): readonly [number, number] {
  const limits = { min, max: 2 ** 31 - 1, integer: true };
  if (!isList(value)) {
    const extent = checkNumber(path, value, limits);
    return [extent, extent];
  }
  if (value.length !== 2) throw wrongType(path, value, 'a number, or two for height and width');
  return Object.freeze([
    checkNumber(`${path}[0]`, value[0], limits),
    checkNumber(`${path}[1]`, value[1], limits),
  ] as const);
}

function checkPadding(path: string, padding: unknown): WindowShape['padding'] {
  if (typeof padding !== 'string') return checkExtents(path, padding, 0);
  return checkOneOf(path, padding, ['valid', 'same'] as const);
}

/** Returns the checked window of a layer. `path` begins the names of its options in errors. */
export function checkWindow(
  path: string,
  options: WindowOptions & { readonly kernel: unknown },
): WindowShape {
  const { stride = 1, padding = 'valid', dilation = 1 } = options;
  return Object.freeze({
    kernel: checkExtents(`${path}.kernel`, options.kernel, 1),
    stride: checkExtents(`${path}.stride`, stride, 1),
    padding: checkPadding(`${path}.padding`, padding),
    dilation: checkExtents(`${path}.dilation`, dilation, 1),
  });
}

/** The fields of a window for the native layers, which have the number of channels too. */
export type WindowFields = OpFields & { readonly channels: number };

/** A window on pictures of one shape. */
interface Geometry {
  /** Positions of the window: height and width. */
  readonly positions: readonly [number, number];
  /** The fields that native/layers/window_fields.h reads. */
  readonly fields: WindowFields;
}

/**
 * Returns the positions of a window on a picture [height, width, channels].
 *
 * @throws ThalwegError SHAPE where the window is larger than the picture with its border
 */
export function geometryOf(
  window: WindowShape,
  picture: readonly [number, number, number],
  path: string,
): Geometry {
  const along = (i: 0 | 1): Positions => {
    const [kernel, stride, dilation] = [window.kernel[i], window.stride[i], window.dilation[i]];
    const padding = typeof window.padding === 'string' ? window.padding : window.padding[i];
    const numbers = `${i === 0 ? 'rows' : 'columns'} of pictures [${picture.join(', ')}]`;
    return positionsOf({ extent: picture[i], kernel, stride, dilation, padding }, numbers, path);
  };
  const [rows, columns] = [along(0), along(1)];
  return {
    positions: [rows.positions, columns.positions],
    fields: windowFields(window, picture, [rows, columns]),
  };
}

/** Returns the fields that native/layers/window_fields.h reads. */
export function windowFields(
  { kernel, stride, dilation }: Pick<WindowShape, 'kernel' | 'stride' | 'dilation'>,
  [height, width, channels]: readonly [number, number, number],
  [rows, columns]: readonly [Positions, Positions],
): WindowFields {
  return {
    height,
    width,
    channels,
    outHeight: rows.positions,
    outWidth: columns.positions,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
    top: rows.before,
    left: columns.before,
  };
}

/**
 * Returns the shape of a picture.
 *
 * @throws ThalwegError SHAPE unless it is [height, width, channels]
 */
export function pictureOf(
  input: readonly number[],
  path: string,
): readonly [number, number, number] {
  if (input.length === 3) return input as readonly [number, number, number];
  throw new ThalwegError({
    code: 'SHAPE',
    path,
    received: `examples of shape [${input.join(', ')}]`,
    expected: 'pictures of shape [height, width, channels]',
    remedy: 'put nn.reshape([height, width, channels]) before the layer',
  });
}

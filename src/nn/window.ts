/** The window that convolutions and pools move over a picture. */
import { ThalwegError } from '../errors.js';
import type { OpFields } from '../native.js';
import { checkNumber, checkOneOf, wrongType } from '../options.js';
import { isList } from '../values.js';

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

function checkExtents(path: string, value: unknown, min: number): readonly [number, number] {
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

interface Axis {
  readonly extent: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: 'valid' | 'same' | number;
}

/** The positions along one axis, and the border before the first pixel. */
function positionsOf({ extent, kernel, stride, dilation, padding }: Axis) {
  const span = (kernel - 1) * dilation + 1;
  if (padding === 'same') {
    const positions = Math.ceil(extent / stride);
    const border = Math.max((positions - 1) * stride + span - extent, 0);
    return { positions, before: Math.floor(border / 2), span, padded: extent + border };
  }
  const before = padding === 'valid' ? 0 : padding;
  const padded = extent + 2 * before;
  return { positions: Math.floor((padded - span) / stride) + 1, before, span, padded };
}

/** A window on pictures of one shape. */
interface Geometry {
  /** Positions of the window: height and width. */
  readonly positions: readonly [number, number];
  /** The fields that native/layers/window_fields.h reads. */
  readonly fields: OpFields;
}

/**
 * Returns the positions of a window on a picture [height, width, channels].
 *
 * @throws ThalwegError SHAPE where the window is larger than the picture with its border
 */
export function geometryOf(
  window: WindowShape,
  [height, width, channels]: readonly [number, number, number],
  path: string,
): Geometry {
  const [vertical, horizontal] = [height, width].map((extent, i) => {
    const [kernel, stride, dilation] = [window.kernel[i]!, window.stride[i]!, window.dilation[i]!];
    const padding = typeof window.padding === 'string' ? window.padding : window.padding[i]!;
    const axis = positionsOf({ extent, kernel, stride, dilation, padding });
    if (axis.positions < 1 || axis.padded < axis.span || axis.padded >= 2 ** 31)
      throw new ThalwegError({
        code: 'SHAPE',
        path,
        received: `a window of ${axis.span} on ${axis.padded} ${i === 0 ? 'rows' : 'columns'} of pictures [${height}, ${width}, ${channels}]`,
        expected: 'a window that fits the picture and its border, of less than 2^31 pixels',
        remedy: "take a smaller kernel, or padding: 'same'",
      });
    return axis;
  }) as [ReturnType<typeof positionsOf>, ReturnType<typeof positionsOf>];
  return {
    positions: [vertical.positions, horizontal.positions],
    fields: {
      height,
      width,
      channels,
      outHeight: vertical.positions,
      outWidth: horizontal.positions,
      kernelHeight: window.kernel[0],
      kernelWidth: window.kernel[1],
      strideHeight: window.stride[0],
      strideWidth: window.stride[1],
      dilationHeight: window.dilation[0],
      dilationWidth: window.dilation[1],
      top: vertical.before,
      left: horizontal.before,
    },
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

/** Convolutions and pools of one picture or series in float64, as plain loops. */
import type { PlacedLayer } from '../../src/nn/layer.js';
import type { WindowShape } from '../../src/nn/window.js';

type Vector = number[];

type AnyWindow = Omit<WindowShape, 'padding'> & {
  readonly padding: WindowShape['padding'] | 'causal';
};

interface Picture {
  readonly at: (y: number, x: number, channel: number) => number | undefined;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A shape without its channels as [height, width]; a series is a picture of one row. */
function extentsOf(shape: readonly number[]): [number, number] {
  const [width = 1, height = 1] = shape.slice(0, -1).reverse();
  return [height, width];
}

function pictureOf({ inputShape }: PlacedLayer, row: Vector): Picture {
  const [height, width] = extentsOf(inputShape);
  const channels = inputShape.at(-1)!;
  const at = (y: number, x: number, channel: number) =>
    y < 0 || x < 0 || y >= height || x >= width
      ? undefined
      : row[(y * width + x) * channels + channel];
  return { at, height, width, channels };
}

/** The border before the first pixel; an odd border has one more pixel at the end. */
function borderOf(window: AnyWindow, axis: 0 | 1, extent: number, positions: number): number {
  if (window.padding === 'valid') return 0;
  if (typeof window.padding !== 'string') return window.padding[axis];
  const span = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  if (window.padding === 'causal') return axis === 1 ? span - 1 : 0;
  const border = (positions - 1) * window.stride[axis] + span - extent;
  return border > 0 ? Math.floor(border / 2) : 0;
}

/** The window as one of two extents. A pool has no holes, and a series has one row. */
function windowOf(layer: object): AnyWindow {
  const { kernel, stride, dilation, padding } = {
    dilation: [1, 1],
    ...layer,
  } as unknown as AnyWindow;
  const pair = (value: number | readonly [number, number], before: number) =>
    typeof value === 'number' ? ([before, value] as const) : value;
  return {
    kernel: pair(kernel, 1),
    stride: pair(stride, 1),
    dilation: pair(dilation, 1),
    padding: typeof padding === 'string' ? padding : pair(padding, 0),
  };
}

/** Calls `body` with the taps of each position: the pixel's row and column, and the tap's. */
function eachPosition(
  { layer, outputShape }: PlacedLayer,
  { height, width }: Picture,
  body: (taps: { y: number; x: number; i: number; j: number }[]) => Vector,
): Vector {
  const window = windowOf(layer);
  const [rows, columns] = extentsOf(outputShape);
  const top = borderOf(window, 0, height, rows);
  const left = borderOf(window, 1, width, columns);
  const out: Vector = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const taps = [];
      for (let i = 0; i < window.kernel[0]; i++)
        for (let j = 0; j < window.kernel[1]; j++) {
          const y = row * window.stride[0] - top + i * window.dilation[0];
          const x = column * window.stride[1] - left + j * window.dilation[1];
          taps.push({ y, x, i, j });
        }
      out.push(...body(taps));
    }
  return out;
}

/** The convolution with its bias, before its activation. */
export function convolved(
  placed: PlacedLayer,
  row: Vector,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
): Vector {
  const picture = pictureOf(placed, row);
  const { kernel } = windowOf(placed.layer);
  const filters = placed.outputShape.at(-1)!;
  // A depthwise convolution has as many groups as channels.
  const { groups = picture.channels } = placed.layer as unknown as { groups?: number };
  const [seen, width] = [picture.channels / groups, filters / groups];
  return eachPosition(placed, picture, (taps) =>
    Array.from({ length: filters }, (_, filter) => {
      let sum = bias?.[filter] ?? 0;
      const first = Math.floor(filter / width) * seen;
      for (const { y, x, i, j } of taps)
        for (let c = 0; c < seen; c++) {
          const tap = ((i * kernel[1] + j) * seen + c) * filters + filter;
          sum += (picture.at(y, x, first + c) ?? 0) * weight[tap]!;
        }
      return sum;
    }),
  );
}

/** The largest value, or the mean, of the pixels below each position. */
export function pooled(placed: PlacedLayer, row: Vector, kind: 'max' | 'average'): Vector {
  const picture = pictureOf(placed, row);
  return eachPosition(placed, picture, (taps) =>
    Array.from({ length: picture.channels }, (_, c) => {
      const seen = taps.flatMap(({ y, x }) => picture.at(y, x, c) ?? []);
      return kind === 'max' ? Math.max(...seen) : seen.reduce((a, b) => a + b) / seen.length;
    }),
  );
}

/** The mean, or the largest value, of each channel. */
export function channelwise(placed: PlacedLayer, row: Vector, kind: 'max' | 'average'): Vector {
  const channels = placed.inputShape.at(-1)!;
  return Array.from({ length: channels }, (_, c) => {
    const values = row.filter((_value, i) => i % channels === c);
    return kind === 'max' ? Math.max(...values) : values.reduce((a, b) => a + b) / values.length;
  });
}

/** Each pixel as often as the layer says. */
export function upsampled(placed: PlacedLayer, row: Vector): Vector {
  const picture = pictureOf(placed, row);
  const [height, width] = extentsOf(placed.outputShape);
  const [down, right] = [height / picture.height, width / picture.width];
  return Array.from({ length: height * width * picture.channels }, (_, i) => {
    const pixel = Math.floor(i / picture.channels);
    const y = Math.floor(Math.floor(pixel / width) / down);
    const x = Math.floor((pixel % width) / right);
    return picture.at(y, x, i % picture.channels)!;
  });
}

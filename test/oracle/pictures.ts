/** Convolutions and pools of one picture in float64, as plain loops. */
import type { PlacedLayer } from '../../src/nn/layer.js';
import type { WindowShape } from '../../src/nn/window.js';

type Vector = number[];

interface Picture {
  readonly at: (y: number, x: number, channel: number) => number | undefined;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function pictureOf({ inputShape }: PlacedLayer, row: Vector): Picture {
  const [height, width, channels] = inputShape as [number, number, number];
  const at = (y: number, x: number, channel: number) =>
    y < 0 || x < 0 || y >= height || x >= width
      ? undefined
      : row[(y * width + x) * channels + channel];
  return { at, height, width, channels };
}

/** The border before the first pixel; an odd border has one more pixel at the end. */
function borderOf(window: WindowShape, axis: 0 | 1, extent: number, positions: number): number {
  if (window.padding === 'valid') return 0;
  if (window.padding !== 'same') return window.padding[axis];
  const span = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  const border = (positions - 1) * window.stride[axis] + span - extent;
  return border > 0 ? Math.floor(border / 2) : 0;
}

/** A pool has no holes. */
const windowOf = (layer: object): WindowShape =>
  ({ dilation: [1, 1], ...layer }) as unknown as WindowShape;

/** Calls `body` with the taps of each position: the pixel's row and column, and the tap's. */
function eachPosition(
  { layer, outputShape }: PlacedLayer,
  { height, width }: Picture,
  body: (taps: { y: number; x: number; i: number; j: number }[]) => Vector,
): Vector {
  const window = windowOf(layer);
  const [rows, columns] = outputShape as [number, number];
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
  const { kernel, filters } = placed.layer as unknown as WindowShape & { filters: number };
  return eachPosition(placed, picture, (taps) =>
    Array.from({ length: filters }, (_, filter) => {
      let sum = bias?.[filter] ?? 0;
      for (const { y, x, i, j } of taps)
        for (let c = 0; c < picture.channels; c++) {
          const tap = ((i * kernel[1] + j) * picture.channels + c) * filters + filter;
          sum += (picture.at(y, x, c) ?? 0) * weight[tap]!;
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

/** The mean of each channel. */
export function channelMeans(placed: PlacedLayer, row: Vector): Vector {
  const channels = placed.inputShape[2]!;
  return Array.from({ length: channels }, (_, c) => {
    const values = row.filter((_value, i) => i % channels === c);
    return values.reduce((a, b) => a + b) / values.length;
  });
}

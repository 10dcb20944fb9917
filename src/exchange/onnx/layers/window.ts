/** The windows that convolutions and pools share. A series is a picture of one row. */
import type { PlacedLayer } from '../../../nn/layer.js';
import { type SeriesWindow, seriesGeometry, seriesOf } from '../../../nn/series.js';
import { type WindowFields, type WindowShape, geometryOf, pictureOf } from '../../../nn/window.js';
import type { Attribute, Graph, Value } from '../graph.js';

type Two = readonly [number, number];

/** A window over pictures, with its positions and its border as numbers. */
interface Placed {
  readonly kernel: Two;
  readonly stride: Two;
  readonly dilation: Two;
  readonly positions: Two;
  readonly fields: WindowFields;
}

const isSeries = (window: WindowShape | SeriesWindow): window is SeriesWindow =>
  typeof window.kernel === 'number';

function placedWindow(window: WindowShape | SeriesWindow, input: readonly number[]): Placed {
  if (!isSeries(window)) return { ...window, ...geometryOf(window, pictureOf(input, ''), '') };
  const { positions, fields } = seriesGeometry(window, seriesOf(input, ''), '');
  return {
    kernel: [1, window.kernel],
    stride: [1, window.stride],
    dilation: [1, window.dilation],
    positions: [1, positions],
    fields,
  };
}

/** Returns the attributes of a window over pictures or series; the border stands as numbers. */
export function windowAttributes(
  window: WindowShape | SeriesWindow,
  input: readonly number[],
): Record<string, Attribute> {
  const { kernel, stride, dilation, positions, fields } = placedWindow(window, input);
  const extents = [Number(fields['height']), Number(fields['width'])];
  const before = [Number(fields['top']), Number(fields['left'])];
  const after = before.map((border, i) => {
    const span = (kernel[i]! - 1) * dilation[i]! + 1;
    return Math.max((positions[i]! - 1) * stride[i]! + span - extents[i]! - border, 0);
  });
  return { kernel_shape: kernel, strides: stride, pads: [...before, ...after] };
}

/** Returns the kernel and the dilation of a window over pictures or series as pairs. */
export function pairsOf({ kernel, dilation }: WindowShape | SeriesWindow): {
  readonly kernel: Two;
  readonly dilation: Two;
} {
  const pair = (value: number | Two): Two => (typeof value === 'number' ? [1, value] : value);
  return { kernel: pair(kernel), dilation: pair(dilation) };
}

/** Runs an operator of pictures, channels first, on a picture or a series. */
export function onPicture(
  graph: Graph,
  { inputShape, outputShape }: Pick<PlacedLayer, 'inputShape' | 'outputShape'>,
  input: Value,
  run: (name: string) => string,
): Value {
  if (inputShape.length === 3)
    return { name: run(graph.first(input).name), shape: outputShape, isFirst: true };
  const picture = graph.first(graph.reshape(input, [1, ...inputShape]));
  const made = { name: run(picture.name), shape: [1, ...outputShape], isFirst: true };
  return graph.reshape(made, outputShape);
}

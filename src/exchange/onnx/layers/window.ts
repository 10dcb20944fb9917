/** The attributes of a window that convolutions and pools share. */
import type { Attribute } from '../graph.js';
import { type WindowShape, geometryOf, pictureOf } from '../../../nn/window.js';

/** Returns the attributes of a window over pictures; the border stands as numbers. */
export function windowAttributes(
  window: WindowShape,
  input: readonly number[],
): Record<string, Attribute> {
  const { positions, fields } = geometryOf(window, pictureOf(input, ''), '');
  const before = [Number(fields['top']), Number(fields['left'])];
  const after = before.map((border, i) => {
    const span = (window.kernel[i]! - 1) * window.dilation[i]! + 1;
    return Math.max((positions[i]! - 1) * window.stride[i]! + span - input[i]! - border, 0);
  });
  return { kernel_shape: window.kernel, strides: window.stride, pads: [...before, ...after] };
}

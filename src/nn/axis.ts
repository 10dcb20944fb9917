/** One axis of a window: where it stops, and the border before it. */
import { ThalwegError } from '../errors.js';

/** A window along one axis of an example. */
interface Axis {
  readonly extent: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: 'valid' | 'same' | 'causal' | number;
}

/** The number of positions, and the extent of the border before the first number. */
export interface Positions {
  readonly positions: number;
  readonly before: number;
}

/** Returns the border before and after the numbers of an axis, for a window of `span` numbers. */
function borderOf({ extent, stride, padding }: Axis, span: number): readonly [number, number] {
  if (padding === 'causal') return [span - 1, 0];
  if (padding !== 'same') return padding === 'valid' ? [0, 0] : [padding, padding];
  const border = Math.max((Math.ceil(extent / stride) - 1) * stride + span - extent, 0);
  return [Math.floor(border / 2), Math.ceil(border / 2)];
}

/**
 * Returns the positions of a window along an axis. `numbers` says in errors what lies along it.
 *
 * @throws ThalwegError SHAPE where the window is larger than the axis with its border
 */
export function positionsOf(axis: Axis, numbers: string, path: string): Positions {
  const span = (axis.kernel - 1) * axis.dilation + 1;
  const [before, after] = borderOf(axis, span);
  const padded = before + axis.extent + after;
  if (padded < span || padded >= 2 ** 31)
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `a window of ${span} on ${padded} ${numbers}`,
      expected: 'a window that fits them with their border, which are less than 2^31',
      remedy: "take a smaller kernel, or padding: 'same'",
    });
  return { positions: Math.floor((padded - span) / axis.stride) + 1, before };
}

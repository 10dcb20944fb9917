/** The window that convolutions and pools move over a series, which is a picture of one row. */
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOneOf } from '../options.js';
import { positionsOf } from './axis.js';
import { type WindowFields, windowFields } from './window.js';

/** A window on a series as a layer describes it. */
export interface SeriesWindow {
  /** The length of the window. */
  readonly kernel: number;
  /** How far it moves from one position to the next. */
  readonly stride: number;
  /** The border around the series. */
  readonly padding: 'valid' | 'same' | 'causal' | number;
  /** The distance between neighbouring taps. */
  readonly dilation: number;
}

const limits = { min: 1, max: 2 ** 31 - 1, integer: true };

/** Returns the checked window of a layer. `path` begins the names of its options in errors. */
export function checkSeriesWindow<Name extends 'valid' | 'same' | 'causal'>(
  path: string,
  options: {
    readonly kernel: number;
    readonly stride?: number;
    readonly padding?: Name | number;
    readonly dilation?: number;
  },
  names: readonly Name[],
): Omit<SeriesWindow, 'padding'> & { readonly padding: Name | number } {
  const { kernel, stride = 1, padding = 'valid', dilation = 1 } = options;
  return {
    kernel: checkNumber(`${path}.kernel`, kernel, limits),
    stride: checkNumber(`${path}.stride`, stride, limits),
    padding:
      typeof padding === 'string'
        ? checkOneOf(`${path}.padding`, padding as Name, names)
        : checkNumber(`${path}.padding`, padding, { ...limits, min: 0 }),
    dilation: checkNumber(`${path}.dilation`, dilation, limits),
  };
}

/**
 * Returns the positions of a window on a series [length, channels], and the fields that
 * native/layers/window_fields.h reads.
 *
 * @throws ThalwegError SHAPE where the window is longer than the series with its border
 */
export function seriesGeometry(
  { kernel, stride, padding, dilation }: SeriesWindow,
  [length, channels]: readonly [number, number],
  path: string,
): { readonly positions: number; readonly fields: WindowFields } {
  const numbers = `positions of series [${length}, ${channels}]`;
  const along = positionsOf({ extent: length, kernel, stride, dilation, padding }, numbers, path);
  const window = {
    kernel: [1, kernel],
    stride: [1, stride],
    dilation: [1, dilation],
  } as const;
  const row = { positions: 1, before: 0 };
  return {
    positions: along.positions,
    fields: windowFields(window, [1, length, channels], [row, along]),
  };
}

/**
 * Returns the shape of a series.
 *
 * @throws ThalwegError SHAPE unless it is [length, channels]
 */
export function seriesOf(input: readonly number[], path: string): readonly [number, number] {
  if (input.length === 2) return input as readonly [number, number];
  throw new ThalwegError({
    code: 'SHAPE',
    path,
    received: `examples of shape [${input.join(', ')}]`,
    expected: 'series of shape [length, channels]',
    remedy: 'put nn.reshape([length, channels]) before the layer',
  });
}

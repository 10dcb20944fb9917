/** The options of windows over a time series. */
import { checkNumber, requireOptions } from '../options.js';

/** Options of {@link Dataset.window}. */
export interface WindowOptions {
  /** The number of rows of a window, an integer, at least 1. */
  readonly length: number;
  /**
   * The number of rows after a window whose labels it gets, an integer, at least 0. Where the data set has no
   * labels, the window gets the inputs of these rows. 0 gives it the label of its own last row, where there is
   * one. With class indices at most 1. Default 1.
   */
  readonly horizon?: number;
  /** The number of rows from the beginning of a window to that of the next, an integer, at least 1. Default 1. */
  readonly stride?: number;
}

/** Checks the options of windows; throws TYPE, RANGE or UNKNOWN_OPTION. */
export function planWindows(options: unknown): Required<WindowOptions> {
  const path = 'window';
  const checked = requireOptions(path, options, ['length', 'horizon', 'stride']);
  const number = (name: string, min: number, value: unknown): number =>
    checkNumber(`${path}.${name}`, value, { min, max: 2 ** 32, integer: true });
  return {
    length: number('length', 1, checked['length']),
    horizon: number('horizon', 0, checked['horizon'] ?? 1),
    stride: number('stride', 1, checked['stride'] ?? 1),
  };
}

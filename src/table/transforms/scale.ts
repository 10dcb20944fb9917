/** Transforms that move and scale numbers: x becomes (x - offset) / scale. */
import { number, object, oneOf } from '../../schema.js';
import { type Cells, NumberCells } from '../cells.js';
import { type MapKind, numbersOf, presentNumbers } from './step.js';

/** Moves and scales to mean 0 and standard deviation 1. */
export interface Standardize {
  /** Names the transform. */
  readonly kind: 'standardize';
}

/** Moves and scales to the range from 0 to 1. */
export interface MinMax {
  /** Names the transform. */
  readonly kind: 'minMax';
}

/** Moves and scales by the median and the distance between the quartiles. */
export interface Robust {
  /** Names the transform. */
  readonly kind: 'robust';
}

/** A fitted scaling. */
interface FittedScale<K extends string> {
  readonly kind: K;
  readonly offset: number;
  readonly scale: number;
}

/** Returns a scale that can be divided by: a column of equal values keeps its distances. */
const usable = (scale: number): number => (scale > 0 && Number.isFinite(scale) ? scale : 1);

/** Returns mean and standard deviation; Welford's sums lose no digits (1962). */
function moments(values: Float64Array): readonly [mean: number, deviation: number] {
  let [mean, squares] = [0, 0];
  values.forEach((value, i) => {
    const before = value - mean;
    mean += before / (i + 1);
    squares += before * (value - mean);
  });
  return [mean, Math.sqrt(squares / values.length)];
}

/** Returns a quantile of sorted values, between two of them in proportion. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/** Makes a scaling of the function that finds offset and scale. */
function scaling<K extends string>(
  kind: K,
  find: (values: Float64Array) => readonly [offset: number, scale: number],
): MapKind<{ readonly kind: K }, FittedScale<K>> {
  return {
    fit(_, cells, path) {
      const [offset, scale] = find(presentNumbers(cells, path));
      return { kind, offset, scale: usable(scale) };
    },
    schema: object({
      kind: oneOf(kind),
      offset: number({}),
      scale: number({ min: 0, openMin: true }),
    }),
    apply({ offset, scale }, cells: Cells, path) {
      const scaled = numbersOf(cells, path).map((value) => (value - offset) / scale);
      return new NumberCells(scaled, 'number');
    },
    invert: ({ offset, scale }, value) => value * scale + offset,
  };
}

export const standardizeKind = scaling('standardize', moments);

export const minMaxKind = scaling('minMax', (values) => {
  const sorted = values.slice().sort();
  return [sorted[0]!, sorted.at(-1)! - sorted[0]!];
});

export const robustKind = scaling('robust', (values) => {
  const sorted = values.slice().sort();
  return [quantile(sorted, 0.5), quantile(sorted, 0.75) - quantile(sorted, 0.25)];
});

/**
 * Moves and scales numbers to mean 0 and standard deviation 1 of the training rows, which divides by their
 * number. Equal values become 0. Missing values stay missing.
 */
export function standardize(): Standardize {
  return Object.freeze({ kind: 'standardize' });
}

/**
 * Moves and scales numbers so that those of the training rows go from 0 to 1; others may lie outside. Equal
 * values become 0. Missing values stay missing.
 */
export function minMax(): MinMax {
  return Object.freeze({ kind: 'minMax' });
}

/**
 * Subtracts the median of the training rows, and divides by the distance between their quartiles, which few
 * extreme values cannot move. Missing values stay missing.
 */
export function robust(): Robust {
  return Object.freeze({ kind: 'robust' });
}

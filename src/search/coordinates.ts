/** Maps values of a parameter to places in [0, 1], and places to values. */
import type { AnyValues, Parameter } from './parameters.js';
import { isActive } from './parameters.js';
import type { ChoiceValue, Integer, PlainDimension } from './space.js';

/** An interval of places; a real number has one of no width. */
export interface Cell {
  readonly low: number;
  readonly high: number;
}

/** Returns a number within bounds. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Returns the number of values of an integer. */
export function countOf({ low, high, step }: Integer): number {
  return Math.floor((high - low) / step) + 1;
}

/** Returns the logarithms of the ends of an integer's cells. */
function logEnds({ low, high }: Integer): readonly [number, number] {
  return [Math.log(low - 0.5), Math.log(high + 0.5)];
}

function integerAt(dimension: Integer, place: number): number {
  const { low, high, log, step } = dimension;
  if (log) {
    const [first, last] = logEnds(dimension);
    return clamp(Math.round(Math.exp(first + place * (last - first))), low, high);
  }
  const count = countOf(dimension);
  return low + step * clamp(Math.floor(place * count), 0, count - 1);
}

/** Returns the value of a parameter at a place in [0, 1]. */
export function valueAt(dimension: PlainDimension, place: number): ChoiceValue {
  // exp(log x) may differ from x in its last digit.
  if (dimension.kind === 'logUniform' && place <= 0) return dimension.low;
  if (dimension.kind === 'logUniform' && place >= 1) return dimension.high;
  switch (dimension.kind) {
    case 'uniform': {
      const { low, high } = dimension;
      return clamp(low + place * (high - low), low, high);
    }
    case 'logUniform': {
      const [low, high] = [Math.log(dimension.low), Math.log(dimension.high)];
      return clamp(Math.exp(low + place * (high - low)), dimension.low, dimension.high);
    }
    case 'integer':
      return integerAt(dimension, place);
    case 'choice': {
      const { choices } = dimension;
      return choices[clamp(Math.floor(place * choices.length), 0, choices.length - 1)]!;
    }
  }
}

function integerCell(dimension: Integer, value: number): Cell {
  const { low, step, log } = dimension;
  if (log) {
    const [first, last] = logEnds(dimension);
    const at = (edge: number): number => (Math.log(edge) - first) / (last - first);
    return { low: clamp(at(value - 0.5), 0, 1), high: clamp(at(value + 0.5), 0, 1) };
  }
  const [index, count] = [(value - low) / step, countOf(dimension)];
  return { low: index / count, high: (index + 1) / count };
}

/** Returns the places that lead to a value. */
export function cellOf(dimension: PlainDimension, value: ChoiceValue): Cell {
  if (dimension.kind === 'choice') {
    const { choices } = dimension;
    const index = choices.indexOf(value);
    return { low: index / choices.length, high: (index + 1) / choices.length };
  }
  if (dimension.kind === 'integer') return integerCell(dimension, value as number);
  const { kind, low, high } = dimension;
  const scale = kind === 'logUniform' ? Math.log : (x: number) => x;
  const [first, last] = [scale(low), scale(high)];
  const place = clamp((scale(value as number) - first) / (last - first), 0, 1);
  return { low: place, high: place };
}

/** Returns the place of a value; the middle of its cell. */
export function placeOf(dimension: PlainDimension, value: ChoiceValue): number {
  const { low, high } = cellOf(dimension, value);
  return (low + high) / 2;
}

/** Returns the values at a point of the unit cube. Parameters that the trial lacks are left out. */
export function valuesAt(
  parameters: readonly Parameter[],
  placeAt: (index: number) => number,
): AnyValues {
  const values: Record<string, ChoiceValue> = {};
  for (const [index, parameter] of parameters.entries())
    if (isActive(parameter, values))
      values[parameter.name] = valueAt(parameter.dimension, placeAt(index));
  return values;
}

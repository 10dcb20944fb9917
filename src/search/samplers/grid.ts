/** Tries every combination of a few values of each parameter. */
import { permutation } from '../../data/order.js';
import { ThalwegError } from '../../errors.js';
import { checkNumber, checkOptions } from '../../options.js';
import { countOf, valueAt, valuesAt } from '../coordinates.js';
import type { AnyValues, Parameter } from '../parameters.js';
import {
  type Proposals,
  type Sampler,
  type SamplerSetting,
  refusedByConstraint,
} from '../sampler.js';
import type { PlainDimension } from '../space.js';

/** Options of {@link grid}. */
export interface GridOptions {
  /**
   * The number of values of each number's range, with both ends, an integer, at least 2. A choice has all its
   * values, and an integer with fewer values has all of them. Default 5.
   */
  readonly points?: number;
}

/** The most combinations of a grid. */
const mostPoints = 2 ** 20;

/** Returns the places of a parameter's values. */
function placesOf(dimension: PlainDimension, points: number): number[] {
  const middles = (count: number): number[] =>
    Array.from({ length: count }, (_, i) => (i + 0.5) / count);
  if (dimension.kind === 'choice') return middles(dimension.choices.length);
  if (dimension.kind === 'integer' && !dimension.log && countOf(dimension) <= points)
    return middles(countOf(dimension));
  const places = Array.from({ length: points }, (_, i) => i / (points - 1));
  const values = places.map((place) => valueAt(dimension, place));
  return places.filter((_, i) => values.indexOf(values[i]!) === i);
}

/** Returns the places of all parameters; throws RANGE where the combinations are too many. */
function axesOf(parameters: readonly Parameter[], points: number): readonly number[][] {
  const axes = parameters.map(({ dimension }) => placesOf(dimension, points));
  const total = axes.reduce((product, { length }) => product * length, 1);
  if (total <= mostPoints) return axes;
  throw new ThalwegError({
    code: 'RANGE',
    path: 'search.sampler',
    received: `a grid of ${total} points`,
    expected: `at most ${mostPoints}`,
    remedy: 'use search.random() or search.sobol()',
  });
}

/** Returns the values of all combinations, each once: where a trial lacks a parameter, several are equal. */
function combinations(parameters: readonly Parameter[], axes: readonly number[][]): AnyValues[] {
  const total = axes.reduce((product, { length }) => product * length, 1);
  const found = new Map<string, AnyValues>();
  for (let point = 0; point < total; point++) {
    let rest = point;
    const places = axes.map((axis) => {
      const place = axis[rest % axis.length]!;
      rest = Math.floor(rest / axis.length);
      return place;
    });
    const values = valuesAt(parameters, (index) => places[index]!);
    found.set(JSON.stringify(values), values);
  }
  return [...found.values()];
}

/** Says how few values of each parameter the grid tries. */
function warningOf(axes: readonly number[][], total: number): string[] {
  const most = Math.max(...axes.map(({ length }) => length));
  if (axes.length < 2) return [];
  return [
    `the grid tries at most ${most} values of each parameter in ${total} trials; search.random() tries ${total} of each, which is better where few parameters matter`,
  ];
}

function begin({ parameters, seed, accepts }: SamplerSetting, points: number): Proposals {
  const axes = axesOf(parameters, points);
  const all = combinations(parameters, axes);
  // The order is random, so that a search that is ended early has not seen one corner alone.
  const order = [...permutation({ length: all.length, seed })];
  const accepted = order.map((index) => all[index]!).filter(accepts);
  if (accepted.length === 0) throw refusedByConstraint(all.length);
  return {
    length: accepted.length,
    warnings: warningOf(axes, accepted.length),
    propose: (number) => ({ values: accepted[number]! }),
  };
}

/**
 * Makes a sampler that tries every combination once, in an order that the study's seed determines. A
 * grid repeats the same few values of a parameter that matters; prefer `random` or `sobol`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function grid(options: GridOptions = {}): Sampler {
  checkOptions('grid', options, ['points']);
  const points = checkNumber('grid.points', options.points ?? 5, {
    min: 2,
    max: 1000,
    integer: true,
  });
  return { name: 'grid', begin: (setting) => begin(setting, points) };
}

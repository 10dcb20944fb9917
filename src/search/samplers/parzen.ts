/**
 * Estimates the density of observed trials: a mixture of one kernel for each observation, and of one that
 * covers the whole space. A kernel is a product over the parameters, so that the mixture knows which values go
 * together.
 */
import { type Cell, cellOf, placeOf } from '../coordinates.js';
import type { AnyValues, Parameter } from '../parameters.js';
import type { Choice, ChoiceValue } from '../space.js';
import type { TrialRandom } from '../trial-random.js';
import { normalBelow, normalDensity } from './normal.js';

/** One parameter of all kernels, the one of the whole space last. */
interface Axis {
  /** Draws a place from a kernel. */
  draw(kernel: number, random: TrialRandom): number;
  /** Returns the probability of a value's cell under a kernel, or the density of a real number. */
  probability(kernel: number, cell: Cell): number;
}

/** Returns the index at which a running sum of weights passes `share` of their sum. */
function pick(weights: ArrayLike<number>, share: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  let rest = share * total;
  for (let i = 0; i < weights.length - 1; i++) {
    rest -= weights[i]!;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}

/**
 * Returns the deviation of each kernel: the larger distance to a neighbour, but not less than 1 part of
 * `1 + kernels`, at most 100 (Bergstra et al. 2011; the bounds are those of Hyperopt and Optuna).
 */
function deviationsOf(places: readonly number[]): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a]! - places[b]!);
  const least = 1 / Math.min(100, places.length + 2);
  const deviations = new Array<number>(places.length);
  order.forEach((index, rank) => {
    const here = places[index]!;
    const before = order[rank - 1];
    const after = order[rank + 1];
    // A kernel at an end looks at its one neighbour, unless it has none.
    const left = before === undefined ? (after === undefined ? here : 0) : here - places[before]!;
    const right =
      after === undefined ? (before === undefined ? 1 - here : 0) : places[after]! - here;
    deviations[index] = Math.min(1, Math.max(left, right, least));
  });
  return deviations;
}

/** Kernels of a number are normal, and are cut off at the ends of its range. */
function numberAxis(observed: readonly number[]): Axis {
  const means = [...observed, 0.5];
  const deviations = [...deviationsOf(observed), 1];
  const masses = means.map((mean, i) => {
    const deviation = deviations[i]!;
    return normalBelow((1 - mean) / deviation) - normalBelow(-mean / deviation);
  });
  return {
    draw(kernel, random) {
      for (;;) {
        const place = means[kernel]! + deviations[kernel]! * random.normal();
        if (place >= 0 && place <= 1) return place;
      }
    },
    probability(kernel, { low, high }) {
      const [mean, deviation, mass] = [means[kernel]!, deviations[kernel]!, masses[kernel]!];
      const [a, b] = [(low - mean) / deviation, (high - mean) / deviation];
      // The difference of two tails has no digits left where a cell is narrow.
      const isNarrow = b - a < 0.1;
      const width = high > low ? b - a : 1 / deviation;
      const share = isNarrow ? normalDensity((a + b) / 2) * width : normalBelow(b) - normalBelow(a);
      return share / mass;
    },
  };
}

/** Kernels of a choice prefer the observed value; the prior has one observation of each value for all of them. */
function choiceAxis({ choices }: Choice, observed: readonly ChoiceValue[]): Axis {
  const kernels = observed.length + 1;
  const [base, total] = [1 / kernels, 1 + choices.length / kernels];
  const indices = observed.map((value) => choices.indexOf(value));
  const of = (kernel: number, index: number): number =>
    kernel === observed.length
      ? 1 / choices.length
      : (base + Number(indices[kernel] === index)) / total;
  return {
    draw(kernel, random) {
      const weights = choices.map((_, index) => of(kernel, index));
      return (pick(weights, random.uniform()) + 0.5) / choices.length;
    },
    probability: (kernel, { low, high }) =>
      of(kernel, Math.floor(((low + high) / 2) * choices.length)),
  };
}

/** The number of latest observations that count fully; earlier ones count less and less. */
const fullWeights = 25;

/** Returns a weight for each of `count` observations, the oldest first, and 1 for the whole space. */
function weightsOf(count: number): number[] {
  const rising = Math.max(0, count - fullWeights);
  const weights = Array.from({ length: count }, (_, i) =>
    i >= rising ? 1 : 1 / count + ((1 - 1 / count) * i) / Math.max(1, rising - 1),
  );
  return [...weights, 1];
}

/** The density of some trials over the parameters that all of them have. */
export class ParzenEstimator {
  readonly #axes: readonly Axis[];
  readonly #weights: readonly number[];
  readonly #total: number;
  readonly #parameters: readonly Parameter[];

  /** @param observed the values of the trials, the oldest first */
  constructor(parameters: readonly Parameter[], observed: readonly AnyValues[]) {
    this.#parameters = parameters;
    this.#weights = weightsOf(observed.length);
    this.#total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    this.#axes = parameters.map(({ name, dimension }) => {
      const values = observed.map((each) => each[name]!);
      if (dimension.kind === 'choice') return choiceAxis(dimension, values);
      return numberAxis(values.map((value) => placeOf(dimension, value)));
    });
  }

  /** Draws a place for each parameter. */
  draw(random: TrialRandom): number[] {
    const kernel = pick(this.#weights, random.uniform());
    return this.#axes.map((axis) => axis.draw(kernel, random));
  }

  /** Returns the logarithm of the density at some values. */
  logDensity(values: AnyValues): number {
    const cells = this.#parameters.map(({ name, dimension }) => cellOf(dimension, values[name]!));
    let sum = 0;
    for (let kernel = 0; kernel < this.#weights.length; kernel++) {
      let product = this.#weights[kernel]!;
      for (const [i, axis] of this.#axes.entries()) product *= axis.probability(kernel, cells[i]!);
      sum += product;
    }
    return Math.log(sum / this.#total);
  }
}

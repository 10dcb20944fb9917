/** A monitor's memory of one layer: sums over the current epoch, and earlier gradient norms to compare with. */
import { type LayerWatchState, mostNorms } from './saved-run.js';

/** The measurements of one layer in one step. */
export interface LayerMeasurement {
  readonly gradient: number;
  readonly weight: number;
  readonly ratio: number;
  readonly dead: number;
}

type Sums = Omit<LayerWatchState, 'norms' | 'first'>;

/** The least and the most earlier norms with which a gradient is compared. */
const [fewest, most] = [4, mostNorms];
/** A gradient explodes where its norm is more than so many times the median of the earlier norms. */
const explosion = 100;
/** It must also exceed the first norm so many times: after a gradient has faded, its noise is no explosion. */
const beyondFirst = 10;

const nothing: Sums = {
  looks: 0,
  gradientSum: 0,
  largestGradient: 0,
  ratioSum: 0,
  weight: 0,
  dead: NaN,
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

export class LayerWatch {
  #sums = nothing;
  #norms: number[] = [];
  #first: number | undefined;

  /** The sums over the current epoch. */
  get sums(): Sums {
    return this.#sums;
  }

  take({ gradient, weight, ratio, dead }: LayerMeasurement): void {
    const { looks, gradientSum, largestGradient, ratioSum } = this.#sums;
    this.#sums = {
      looks: looks + 1,
      gradientSum: gradientSum + gradient,
      largestGradient: Math.max(largestGradient, gradient),
      ratioSum: ratioSum + ratio,
      weight,
      dead,
    };
  }

  /** Returns true where a gradient is far larger than earlier ones; then adds it to them. */
  explodes(gradient: number): boolean {
    this.#first ??= gradient;
    const isHuge =
      this.#norms.length >= fewest &&
      gradient > beyondFirst * this.#first &&
      gradient > explosion * median(this.#norms);
    this.#norms.push(gradient);
    if (this.#norms.length > most) this.#norms.shift();
    return isHuge || !Number.isFinite(gradient);
  }

  /** Resets the sums for the next epoch. */
  endEpoch(): void {
    this.#sums = nothing;
  }

  state(): LayerWatchState {
    const first = this.#first === undefined ? {} : { first: this.#first };
    return { ...this.#sums, norms: [...this.#norms], ...first };
  }

  /** Goes back to a state, or to the beginning where no state is given. */
  restore({ norms, first, ...sums }: LayerWatchState = { ...nothing, norms: [] }): void {
    this.#sums = sums;
    this.#norms = [...norms];
    this.#first = first;
  }
}

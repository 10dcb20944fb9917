/** What a monitor keeps of one layer: sums over the epoch under way, and what explosions are judged by. */
import { type LayerWatchState, mostNorms } from './saved-run.js';

/** What one step showed of one layer. */
export interface Look {
  readonly gradient: number;
  readonly weight: number;
  readonly ratio: number;
  readonly dead: number;
}

type Sums = Omit<LayerWatchState, 'norms' | 'first'>;

/** Looks that an explosion is judged by, at least and at most. */
const [fewest, most] = [4, mostNorms];
/** A gradient is exploding at this many times the median of those before it, */
const explosion = 100;
/** and this many times the first one: where the gradient has died down, its noise is no explosion. */
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

  /** Sums over the epoch under way. */
  get sums(): Sums {
    return this.#sums;
  }

  take({ gradient, weight, ratio, dead }: Look): void {
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

  /** Whether a gradient is beyond those before it, which it then joins. */
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

  /** The sums start anew. */
  endEpoch(): void {
    this.#sums = nothing;
  }

  state(): LayerWatchState {
    const first = this.#first === undefined ? {} : { first: this.#first };
    return { ...this.#sums, norms: [...this.#norms], ...first };
  }

  /** Goes back to a state; without one, to the beginning. */
  restore({ norms, first, ...sums }: LayerWatchState = { ...nothing, norms: [] }): void {
    this.#sums = sums;
    this.#norms = [...norms];
    this.#first = first;
  }
}

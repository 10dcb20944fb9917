/** Averages the loss of the latest steps; reports contain sums over the epoch so far. */
import { ExponentialAverage } from '../average/exponential.js';
import type { RecentLossState, RecentSums } from './saved-run.js';

const none: RecentSums = { lossSum: 0, examples: 0, steps: 0 };

/** An exponentially weighted average over about 50 steps, which does not depend on the times of the reports. */
export class RecentLoss {
  readonly #average = new ExponentialAverage({ window: 50 });
  #seen = none;

  /** Prepares for the next epoch, whose sums begin at 0. */
  startEpoch(): void {
    this.#seen = none;
  }

  /** Adds the steps since the last report. Returns the average; undefined while no loss was finite. */
  push({ lossSum, examples, steps }: RecentSums): number | undefined {
    const count = steps - this.#seen.steps;
    const mean = (lossSum - this.#seen.lossSum) / (examples - this.#seen.examples);
    this.#seen = { lossSum, examples, steps };
    if (count > 0 && Number.isFinite(mean)) this.#average.push(mean, count);
    return this.#average.count > 0 ? this.#average.value : undefined;
  }

  state(): RecentLossState {
    return { average: this.#average.state(), seen: this.#seen };
  }

  /** Goes back to a state, or to the beginning where no state is given. */
  restore(
    { average, seen }: RecentLossState = { average: { sum: 0, count: 0 }, seen: none },
  ): void {
    this.#average.restore(average);
    this.#seen = seen;
  }
}

/** Rules that stop trials early: bad ones, ones that do not learn, and ones that have finished learning. */
import { checkNumber, checkOptions } from '../../options.js';
import { type TrialRecord, costOf } from '../trial-record.js';
import type { StoppingRule, Verdict } from './rule.js';

const whole = { min: 0, max: 2 ** 40, integer: true };

function pruned(reason: string): Verdict {
  return { reason, state: 'pruned' };
}

/** Returns the middle of some numbers. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}

/** Returns the cost that another trial reported at an epoch. */
function costAt({ history }: TrialRecord, epoch: number, maximize: boolean): number | undefined {
  const likely = history[epoch]; // most trials report each epoch
  const report = likely?.epoch === epoch ? likely : history.find((each) => each.epoch === epoch);
  return report && costOf(report.value, maximize);
}

/** Options of {@link median}. */
export interface MedianOptions {
  /** The number of complete trials before which none is stopped, an integer, at least 1. Default 5. */
  readonly startup?: number;
  /** The first epochs, at which no trial is stopped, an integer, at least 0. Default 0. */
  readonly warmup?: number;
}

/**
 * Stops a trial whose best value so far is worse than the median of complete trials at the same epoch (Golovin
 * et al. 2017, "Google Vizier").
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function median(options: MedianOptions = {}): StoppingRule {
  checkOptions('median', options, ['startup', 'warmup']);
  const startup = checkNumber('median.startup', options.startup ?? 5, { ...whole, min: 1 });
  const warmup = checkNumber('median.warmup', options.warmup ?? 0, whole);
  return {
    name: 'median',
    judge({ history, best, others, maximize }) {
      const { epoch } = history.at(-1)!;
      if (epoch < warmup) return undefined;
      const costs = others
        .filter(({ state }) => state === 'complete')
        .flatMap((trial) => costAt(trial, epoch, maximize) ?? []);
      if (costs.length < startup) return undefined;
      const isWorse = costOf(best, maximize) > medianOf(costs);
      return isWorse ? pruned(`worse than the median at epoch ${epoch}`) : undefined;
    },
  };
}

/** Options of {@link successiveHalving}. */
export interface SuccessiveHalvingOptions {
  /** The number of reported epochs at the first comparison, an integer, at least 1. Default 1. */
  readonly minimum?: number;
  /**
   * The ratio between two comparisons, an integer, at least 2: one trial of so many goes on at each. Default 3.
   */
  readonly factor?: number;
}

/** Returns true where `count` epochs are `minimum` times a power of `factor`. */
function isRung(count: number, minimum: number, factor: number): boolean {
  let rung = minimum;
  while (rung < count) rung *= factor;
  return rung === count;
}

/**
 * Compares trials after `minimum`, `minimum · factor`, `minimum · factor²` … epochs, and stops a trial that is
 * not among the best 1 / `factor` of those that have come as far. No trial waits for others (Li et al. 2020,
 * "A system for massively parallel hyperparameter tuning": ASHA).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function successiveHalving(options: SuccessiveHalvingOptions = {}): StoppingRule {
  const path = 'successiveHalving';
  checkOptions(path, options, ['minimum', 'factor']);
  const { minimum = 1, factor = 3 } = options;
  checkNumber(`${path}.minimum`, minimum, { ...whole, min: 1 });
  checkNumber(`${path}.factor`, factor, { min: 2, max: 1000, integer: true });
  return {
    name: path,
    judge({ history, others, maximize }) {
      const count = history.length;
      if (!isRung(count, minimum, factor)) return undefined;
      const own = costOf(history[count - 1]!.value, maximize);
      const rivals = others
        .filter((trial) => trial.history.length >= count)
        .map((trial) => costOf(trial.history[count - 1]!.value, maximize));
      const better = rivals.filter((cost) => cost < own).length;
      const places = Math.max(1, Math.floor((rivals.length + 1) / factor));
      if (better < places && own < Infinity) return undefined;
      return pruned(`not among the best ${places} of ${rivals.length + 1} after ${count} epochs`);
    },
  };
}

/** Options of {@link noLearning}. */
export interface NoLearningOptions {
  /** The number of reported epochs after which a trial must have learnt, an integer, at least 2. Default 3. */
  readonly epochs?: number;
  /** The least gain over the first value, as a share of its size, at least 0. Default 0.01. */
  readonly gain?: number;
}

/**
 * Stops a trial that does not learn: after some epochs its best value is hardly better than its first.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function noLearning(options: NoLearningOptions = {}): StoppingRule {
  checkOptions('noLearning', options, ['epochs', 'gain']);
  const { epochs = 3, gain = 0.01 } = options;
  checkNumber('noLearning.epochs', epochs, { ...whole, min: 2 });
  checkNumber('noLearning.gain', gain, { min: 0 });
  return {
    name: 'noLearning',
    judge({ history, best, maximize }) {
      if (history.length !== epochs) return undefined;
      const [first, least] = [costOf(history[0]!.value, maximize), costOf(best, maximize)];
      if (first - least > gain * Math.abs(first)) return undefined;
      return pruned(`no learning in ${epochs} epochs`);
    },
  };
}

/** Options of {@link explosion}. */
export interface ExplosionOptions {
  /** The ratio to the best value so far from which a loss has exploded, above 1. Default 10. */
  readonly factor?: number;
}

/**
 * Stops a trial whose value is NaN or infinite. Where values fall, it also stops one whose value is `factor`
 * times the best value so far, if that is positive.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function explosion(options: ExplosionOptions = {}): StoppingRule {
  checkOptions('explosion', options, ['factor']);
  const factor = checkNumber('explosion.factor', options.factor ?? 10, { min: 1, openMin: true });
  return {
    name: 'explosion',
    judge({ history, best, maximize }) {
      const { value, epoch } = history.at(-1)!;
      const hasGrown = !maximize && best > 0 && value > factor * best;
      if (Number.isFinite(value) && !hasGrown) return undefined;
      return pruned(`exploded to ${value.toPrecision(4)} at epoch ${epoch}`);
    },
  };
}

/** Options of {@link patience}. */
export interface PatienceOptions {
  /** The epochs in a row without a gain, after which a trial ends, an integer, at least 1. Default 5. */
  readonly epochs?: number;
  /** A gain counts where it is larger than this difference, at least 0. Default 0. */
  readonly minDelta?: number;
}

/**
 * Ends a trial whose value has not improved for some epochs. The trial is complete, and its best value is its
 * result where the objective returns none.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function patience(options: PatienceOptions = {}): StoppingRule {
  checkOptions('patience', options, ['epochs', 'minDelta']);
  const { epochs = 5, minDelta = 0 } = options;
  checkNumber('patience.epochs', epochs, { ...whole, min: 1 });
  checkNumber('patience.minDelta', minDelta, { min: 0 });
  return {
    name: 'patience',
    judge({ history, maximize }) {
      let [best, waited] = [Infinity, 0];
      for (const { value } of history) {
        const cost = costOf(value, maximize);
        if (best - cost > minDelta || (best === Infinity && cost < best))
          [best, waited] = [cost, 0];
        else waited++;
      }
      if (waited < epochs) return undefined;
      return { reason: `no gain in ${waited} epochs`, state: 'complete' };
    },
  };
}

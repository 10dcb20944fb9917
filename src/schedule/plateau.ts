/** The schedule that falls where a metric stalls. */
import { ThalwegError } from '../errors.js';
import {
  type EpochMetrics,
  type MetricPath,
  checkMetricPath,
  isFalling,
  readMetric,
} from '../metrics/path.js';
import { choice, define, number, rate } from './define.js';

/** Options of {@link plateau}. */
export interface PlateauOptions {
  /** The first value; finite, at least 0. */
  readonly initial: number;
  /** Multiplies the value at each stall, in [0, 1). Default 0.1. */
  readonly factor?: number;
  /** The number of epochs without improvement that are tolerated, an integer, at least 0. Default 10. */
  readonly patience?: number;
  /** The least improvement that counts, at least 0. Default 10⁻⁴. */
  readonly threshold?: number;
  /** `'relative'`: `threshold` is a share of the best value so far; `'absolute'`: a value. Default `'relative'`. */
  readonly thresholdMode?: 'relative' | 'absolute';
  /** The number of epochs after a fall that do not count as stalled, an integer, at least 0. Default 0. */
  readonly cooldown?: number;
  /** The value never falls below this; at least 0, at most `initial`. Default 0. */
  readonly minimum?: number;
  /**
   * The metric that should improve. Losses and errors improve where they fall, other metrics where they rise.
   * Metrics of the validation set besides its loss, such as `'validation.f1'`, also need option `metrics` of
   * `fit`. Default `'validation.loss'`.
   */
  readonly metric?: MetricPath;
}

/** A schedule of `initial` · `factor`^(number of stalls so far), at least `minimum`. */
export interface Plateau extends Required<PlateauOptions> {
  /** The kind of schedule. */
  readonly kind: 'plateau';
}

/** The counters after some epochs. */
interface Count {
  readonly best: number | undefined;
  /** The number of epochs since the best value, or since the last fall. */
  readonly waited: number;
  /** The number of epochs of the cooldown that are left. */
  readonly resting: number;
  readonly falls: number;
}

const start: Count = { best: undefined, waited: 0, resting: 0, falls: 0 };

function isBetter(plateau: Plateau, value: number, best: number | undefined): boolean {
  if (best === undefined) return !Number.isNaN(value);
  const { metric, threshold, thresholdMode } = plateau;
  const gain = thresholdMode === 'relative' ? threshold * Math.abs(best) : threshold;
  return isFalling(metric) ? value < best - gain : value > best + gain;
}

/** Returns the counters after one more epoch. An epoch without the metric changes nothing. */
function next(plateau: Plateau, count: Count, record: EpochMetrics): Count {
  const value = readMetric(record, plateau.metric);
  if (value === undefined) return count;
  let { best, waited, resting, falls } = count;
  if (isBetter(plateau, value, best)) [best, waited] = [value, 0];
  else waited++;
  if (resting > 0) [resting, waited] = [resting - 1, 0];
  if (waited > plateau.patience) [falls, resting, waited] = [falls + 1, plateau.cooldown, 0];
  return { best, waited, resting, falls };
}

/** The counters at the end of a history. Keeping them saves time: a run asks for the value at every step. */
interface Followed {
  readonly history: readonly EpochMetrics[];
  readonly length: number;
  readonly last: EpochMetrics | undefined;
  readonly count: Count;
}

const followed = new WeakMap<Plateau, Followed>();

/** Returns the number of falls over the epochs that have the metric. */
function stalls(plateau: Plateau, history: readonly EpochMetrics[]): number {
  const before = followed.get(plateau);
  const goesOn =
    before?.history === history &&
    before.length <= history.length &&
    before.last === history[before.length - 1];
  let count = goesOn ? before.count : start;
  for (let epoch = goesOn ? before.length : 0; epoch < history.length; epoch++)
    count = next(plateau, count, history[epoch]!);
  followed.set(plateau, { history, length: history.length, last: history.at(-1), count });
  return count.falls;
}

/**
 * Starts at `initial`, and is multiplied by `factor` whenever `metric` has not improved for more than
 * `patience` epochs, as PyTorch's ReduceLROnPlateau does. An epoch is an improvement if it is lower than the
 * best (higher, for a metric that should rise) by more than `threshold`. Epochs without the metric are
 * ignored, and NaN is no improvement.
 *
 * The value is a pure function of the history of finished epochs, so a run that resumes with its history
 * resumes with its rate. Records must not change after they were added to the history.
 *
 * PyTorch ignores falls of its `eps`, 10⁻⁸, and less. Here every fall counts, down to `minimum`. Keras falls
 * after `patience` epochs, one earlier, and its threshold is absolute.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; `valueAt` throws MISSING without a history
 * @function
 */
export const plateau = define<Plateau, PlateauOptions>({
  kind: 'plateau',
  fields: {
    initial: number(rate),
    factor: number({ min: 0, max: 1, openMax: true }, 0.1),
    patience: number({ min: 0, integer: true }, 10),
    threshold: number({ min: 0 }, 1e-4),
    thresholdMode: choice(['relative', 'absolute'], 'relative'),
    cooldown: number({ min: 0, integer: true }, 0),
    minimum: number(({ initial }) => ({ min: 0, max: initial }), 0),
    metric: (path, value) => checkMetricPath(path, value ?? 'validation.loss'),
  },
  at: (plateau, { history }) => {
    if (history === undefined)
      throw new ThalwegError({
        code: 'MISSING',
        path: 'position.history',
        received: 'nothing',
        expected: 'the metrics of the finished epochs',
        remedy: 'pass { step, epoch, history }; a trainer does so itself',
      });
    const { initial, factor, minimum } = plateau;
    return Math.max(initial * factor ** stalls(plateau, history), minimum);
  },
  metrics: ({ metric }) => [metric],
});

/** A rate that falls where a metric stalls. */
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
  /** Epochs without gain that are waited for, an integer, at least 0. Default 10. */
  readonly patience?: number;
  /** The least gain that counts, at least 0. Default 10⁻⁴. */
  readonly threshold?: number;
  /** Whether `threshold` is a share of the best value's size so far. Default `'relative'`. */
  readonly thresholdMode?: 'relative' | 'absolute';
  /** Epochs after a fall that are not counted, an integer, at least 0. Default 0. */
  readonly cooldown?: number;
  /** The value never falls below it; at least 0. Default 0. */
  readonly minimum?: number;
  /**
   * What should improve: losses and errors fall, the rest rises. Those of the validation set besides its
   * loss are asked for by fit's `metrics`: `'validation.f1'`. Default `'validation.loss'`.
   */
  readonly metric?: MetricPath;
}

/** `initial` · `factor`^(stalls so far). */
export interface Plateau extends Required<PlateauOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'plateau';
}

/** Where the count stands after some epochs. */
interface Count {
  readonly best: number | undefined;
  /** Epochs since the best, or since the last fall. */
  readonly waited: number;
  /** Epochs that are not counted yet. */
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

/** One epoch further; an epoch without the metric changes nothing. */
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

/** How far a history was followed: a run asks at every step, and adds an epoch at a time. */
interface Followed {
  readonly history: readonly EpochMetrics[];
  readonly length: number;
  readonly last: EpochMetrics | undefined;
  readonly count: Count;
}

const followed = new WeakMap<Plateau, Followed>();

/** Falls of the rate over the epochs that have the metric. */
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
 * `initial`, times `factor` whenever `metric` has not improved for more than `patience` epochs, as
 * PyTorch's ReduceLROnPlateau: an epoch improves on the best if it is lower (higher, for what
 * should rise) by more than `threshold`. A pure function of the history of finished epochs, so a run
 * that resumes with its history resumes with its rate. Records must not change once they are in it.
 * Epochs without the metric are passed over; a NaN is no improvement.
 *
 * PyTorch's `eps`, by which falls of 10⁻⁸ and less are left out, has no counterpart: every fall
 * counts, down to `minimum`. Keras falls at `patience` epochs, one sooner, and has an absolute
 * threshold.
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

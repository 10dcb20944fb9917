/** Recommends a learning rate after a sweep from small to large rates. */
import { ExponentialAverage } from '../average/exponential.js';
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { checkOptimizer } from '../optim/define.js';
import { checkNumber, checkOptions } from '../options.js';
import { checkBatch } from '../train/run/batches.js';
import { type Subject, optionsOf, twinOf } from './twin.js';

/** Options of {@link findLearningRate}. */
export interface LearningRateOptions {
  /** The first rate, greater than 0. Default 10⁻⁷. */
  readonly minimum?: number;
  /** The last rate, greater than `minimum`. Default 10. */
  readonly maximum?: number;
  /** The number of steps from the first rate to the last, an integer, at least 10. Default 200. */
  readonly steps?: number;
  /** The rows of one step, as in the run; an integer, at least 1. Default 32. */
  readonly batchSize?: number;
  /** β of the exponentially weighted average that smooths the loss, in [0, 1). Default 0.9. */
  readonly beta?: number;
}

/** One step of the sweep. */
export interface LearningRatePoint {
  /** The learning rate of the step. */
  readonly learningRate: number;
  /** The mean loss over the step's batch, before the step. */
  readonly loss: number;
  /** Exponentially weighted average of the losses so far, bias corrected. */
  readonly smoothedLoss: number;
}

/** The result of the sweep. */
export interface LearningRateFinding {
  /** The steps before the loss was not finite or more than ten times the first loss. */
  readonly curve: readonly LearningRatePoint[];
  /**
   * A tenth of the rate at which the smoothed loss was lowest (Smith 2017). Undefined where the loss never
   * fell by a hundredth: then no rate helps, and `sanityCheck` may find the reason.
   */
  readonly suggestion: number | undefined;
  /** The rate at which the smoothed loss fell fastest over the rate's logarithm; undefined as `suggestion` is. */
  readonly steepest: number | undefined;
}

const keys = ['minimum', 'maximum', 'steps', 'batchSize', 'beta'];
const path = 'findLearningRate';

/** The curve ends where the loss is more than so many times the first loss. */
const diverged = 10;
/** The least fall of the loss that counts, as a share of the first loss. */
const noticeable = 0.01;

function curveOf(losses: readonly number[], rateAt: (step: number) => number, beta: number) {
  const average = new ExponentialAverage({ beta });
  const curve: LearningRatePoint[] = [];
  for (const [step, loss] of losses.entries()) {
    if (!Number.isFinite(loss) || loss > diverged * losses[0]!) break;
    average.push(loss);
    curve.push({ learningRate: rateAt(step), loss, smoothedLoss: average.value });
  }
  return curve;
}

/** Returns the index of the least value; −1 for an empty array. */
function leastOf(values: readonly number[]): number {
  return values.reduce((best, value, i) => (best < 0 || value < values[best]! ? i : best), -1);
}

function conclude(curve: readonly LearningRatePoint[]): LearningRateFinding {
  const smoothed = curve.map(({ smoothedLoss }) => smoothedLoss);
  const lowest = leastOf(smoothed);
  const falls = lowest >= 0 && smoothed[lowest]! < (1 - noticeable) * smoothed[0]!;
  if (!falls) return { curve, suggestion: undefined, steepest: undefined };
  // Steps divide the logarithm of the rate evenly. Only slopes before the lowest loss count.
  const slopes = smoothed.slice(1, lowest + 1).map((value, i) => value - smoothed[i]!);
  return {
    curve,
    suggestion: curve[lowest]!.learningRate / 10,
    steepest: curve[leastOf(slopes) + 1]!.learningRate,
  };
}

/**
 * Takes one step at each of many learning rates, from tiny to huge in equal ratios, and finds the rates at
 * which the loss falls (Smith 2017, "Cyclical learning rates"). It trains a copy that starts at the
 * subject's weights; the subject does not change. Clipping, decay and batch size affect the result, so give
 * those of the run.
 *
 * @param subject a trainer, or the options of one; its learning rate is not used
 * @param dataset the data set of the run
 * @throws ThalwegError RANGE, TYPE, SHAPE, UNKNOWN_OPTION, BUSY, DISPOSED, MEMORY
 * @example
 * const { suggestion, curve } = await tune.findLearningRate(trainer, train, { batchSize: 128 });
 */
export async function findLearningRate(
  subject: Subject,
  dataset: Dataset,
  options: LearningRateOptions = {},
): Promise<LearningRateFinding> {
  checkOptions(path, options, keys);
  nativeDataset(dataset);
  const { minimum = 1e-7, maximum = 10, steps = 200 } = options;
  checkNumber(`${path}.minimum`, minimum, { min: 0, openMin: true });
  checkNumber(`${path}.maximum`, maximum, { min: minimum, openMin: true });
  checkNumber(`${path}.steps`, steps, { min: 10, integer: true });
  const unit = { min: 0, max: 1, openMax: true };
  const beta = checkNumber(`${path}.beta`, options.beta ?? 0.9, unit);
  const rateAt = (step: number): number => minimum * (maximum / minimum) ** (step / (steps - 1));
  const optimizer = { ...checkOptimizer(optionsOf(subject).optimizer), learningRate: rateAt };
  using twin = twinOf(subject, { optimizer, nonFinite: 'allow' });
  const batchSize = checkBatch(`${path}.batchSize`, options.batchSize ?? 32, dataset.length);
  let first: number | undefined;
  const goesOn = (loss: number): boolean => {
    first ??= loss;
    return Number.isFinite(loss) && loss <= 2 * diverged * first;
  };
  const { losses } = await twin.sweep(dataset, { batchSize, steps, goesOn });
  return conclude(curveOf(losses, rateAt, beta));
}

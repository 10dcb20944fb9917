/** Which learning rate to take: a sweep over all of them. */
import { ExponentialAverage } from '../average/exponential.js';
import type { Dataset } from '../data/dataset.js';
import { checkNumber, checkOptions } from '../options.js';
import { checkBatch } from '../train/run/batches.js';
import { type Subject, optionsOf, twinOf } from './twin.js';

/** Options of {@link findLearningRate}. */
export interface LearningRateOptions {
  /** The first rate, greater than 0. Default 10⁻⁷. */
  readonly minimum?: number;
  /** The last rate, greater than `minimum`. Default 10. */
  readonly maximum?: number;
  /** Steps from one to the other, an integer, at least 10. Default 200. */
  readonly steps?: number;
  /** Rows a step, as the run will have; an integer, at least 1. Default 32. */
  readonly batchSize?: number;
  /** Weight of the past in the smoothed loss, in [0, 1). Default 0.9. */
  readonly beta?: number;
}

/** One step of the sweep. */
export interface LearningRatePoint {
  /** Rate of the step. */
  readonly learningRate: number;
  /** Mean over the step's batch, before the step. */
  readonly loss: number;
  /** Exponentially weighted average of the losses so far, bias corrected. */
  readonly smoothedLoss: number;
}

/** What the sweep found. */
export interface LearningRateFinding {
  /** Up to the step at which the loss was no longer finite or ten times that of the start. */
  readonly curve: readonly LearningRatePoint[];
  /**
   * A tenth of the rate at which the smoothed loss was lowest (Smith 2017); undefined where it never
   * fell by a hundredth: then no rate helps, and `sanityCheck` may say why.
   */
  readonly suggestion: number | undefined;
  /** The rate at which the smoothed loss fell fastest, over the logarithm of the rate. */
  readonly steepest: number | undefined;
}

const keys = ['minimum', 'maximum', 'steps', 'batchSize', 'beta'];
const path = 'findLearningRate';

/** The sweep ends at this many times the first loss. */
const diverged = 10;
/** A fall by less than this share of the first loss is none. */
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

/** Index of the least value; -1 of none. */
function leastOf(values: readonly number[]): number {
  return values.reduce((best, value, i) => (best < 0 || value < values[best]! ? i : best), -1);
}

function conclude(curve: readonly LearningRatePoint[]): LearningRateFinding {
  const smoothed = curve.map(({ smoothedLoss }) => smoothedLoss);
  const lowest = leastOf(smoothed);
  const falls = lowest >= 0 && smoothed[lowest]! < (1 - noticeable) * smoothed[0]!;
  if (!falls) return { curve, suggestion: undefined, steepest: undefined };
  // Over steps as over the logarithm, which they divide evenly; of the way down alone.
  const slopes = smoothed.slice(1, lowest + 1).map((value, i) => value - smoothed[i]!);
  return {
    curve,
    suggestion: curve[lowest]!.learningRate / 10,
    steepest: curve[leastOf(slopes) + 1]!.learningRate,
  };
}

/**
 * Takes one step at each of many learning rates, from tiny to huge in equal ratios, and says where the
 * loss fell (Smith 2017, "Cyclical learning rates"). Works on a trainer of its own that starts at the
 * subject's weights: the subject stays as it is. Clipping, decay and batch size matter: give those of
 * the run.
 *
 * @param subject a trainer, or the options of one; its learning rate is not used
 * @param dataset that the run will train on
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
  const { minimum = 1e-7, maximum = 10, steps = 200 } = options;
  checkNumber(`${path}.minimum`, minimum, { min: 0, openMin: true });
  checkNumber(`${path}.maximum`, maximum, { min: minimum, openMin: true });
  checkNumber(`${path}.steps`, steps, { min: 10, integer: true });
  const unit = { min: 0, max: 1, openMax: true };
  const beta = checkNumber(`${path}.beta`, options.beta ?? 0.9, unit);
  const rateAt = (step: number): number => minimum * (maximum / minimum) ** (step / (steps - 1));
  const optimizer = { ...optionsOf(subject).optimizer, learningRate: rateAt };
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

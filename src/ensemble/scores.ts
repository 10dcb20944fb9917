/** Computes the loss and accuracy of a prediction in float64. */
import { isArrayOf } from '../arrays.js';
import type { Loss } from '../loss/loss.js';
import { type Combine, type OutputKind, decisions } from './combine.js';

/** The labels of rows: class indices, or values [rows, width]. */
export type Labels = Int32Array | Float32Array;

/** Returns the share of rows whose decided class is the label. */
function accuracyOf(prediction: ArrayLike<number>, labels: Labels, width: number): number {
  const decided = decisions(prediction, width, 'classes');
  const right = isArrayOf(labels, Int32Array) ? labels : decisions(labels, width, 'classes');
  let correct = 0;
  decided.forEach((decision, row) => (correct += Number(decision === right[row])));
  return correct / decided.length;
}

const logarithm = (share: number): number => Math.log(Math.max(share, Number.MIN_VALUE));

/** Returns the mean over rows of −Σ p log q, with labels p and predictions q. */
function crossEntropy(prediction: Float64Array, labels: Labels, width: number): number {
  let sum = 0;
  if (isArrayOf(labels, Int32Array))
    labels.forEach((label, row) => (sum -= logarithm(prediction[row * width + label]!)));
  else labels.forEach((p, i) => (sum -= p === 0 ? 0 : p * logarithm(prediction[i]!)));
  return (sum * width) / prediction.length;
}

function meanOf(prediction: Float64Array, labels: Labels, of: (y: number, t: number) => number) {
  let sum = 0;
  prediction.forEach((y, i) => (sum += of(y, labels[i]!)));
  return sum / prediction.length;
}

function huber(y: number, t: number, delta: number): number {
  const d = Math.abs(y - t);
  return d <= delta ? 0.5 * d * d : delta * (d - 0.5 * delta);
}

/** Returns values in place of the labels, with a share of each spread over all; see `SmoothingOptions`. */
function smoothed(
  labels: Labels,
  width: number,
  { kind, labelSmoothing: share = 0 }: Loss,
): Labels {
  if (share === 0) return labels;
  const rows = isArrayOf(labels, Int32Array) ? labels.length : labels.length / width;
  const least = share / (kind === 'softmaxCrossEntropy' ? width : 2);
  return Float32Array.from({ length: rows * width }, (_, i) => {
    const given = isArrayOf(labels, Int32Array)
      ? Number(labels[Math.floor(i / width)] === i % width)
      : labels[i]!;
    return given * (1 - share) + least;
  });
}

/** Returns the loss that the members were trained with. */
function lossOf(prediction: Float64Array, given: Labels, width: number, loss: Loss): number {
  const { kind, delta } = loss;
  const labels = smoothed(given, width, loss);
  if (kind === 'softmaxCrossEntropy') return crossEntropy(prediction, labels, width);
  if (kind === 'sigmoidCrossEntropy')
    return meanOf(prediction, labels, (q, t) => -t * logarithm(q) - (1 - t) * logarithm(1 - q));
  if (kind === 'huber') return meanOf(prediction, labels, (y, t) => huber(y, t, delta));
  return meanOf(prediction, labels, (y, t) => (y - t) ** 2);
}

/** The scores of an ensemble on a data set. */
export interface EnsembleEvaluation {
  /** The mean loss over examples; absent for votes, because their shares are not probabilities. */
  readonly loss?: number;
  /** The share of right decisions, in [0, 1]; present for `softmaxCrossEntropy` alone. */
  readonly accuracy?: number;
}

/** Returns the loss and the accuracy where they have a meaning. */
export function evaluationOf(
  prediction: Float64Array,
  labels: Labels,
  width: number,
  { loss, outputKind, combine }: { loss: Loss; outputKind: OutputKind; combine: Combine },
): EnsembleEvaluation {
  return {
    ...(combine !== 'vote' && { loss: lossOf(prediction, labels, width, loss) }),
    ...(outputKind === 'classes' && { accuracy: accuracyOf(prediction, labels, width) }),
  };
}

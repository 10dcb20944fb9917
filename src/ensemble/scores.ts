/** Loss and accuracy of a prediction, in float64. */
import { isArrayOf } from '../arrays.js';
import type { Loss } from '../loss/loss.js';
import { type Combine, type OutputKind, decisions } from './combine.js';

/** Labels of rows: class indices, or values [rows, width]. */
export type Labels = Int32Array | Float32Array;

/** Share of rows whose decision is the label; of classes. */
function accuracyOf(prediction: ArrayLike<number>, labels: Labels, width: number): number {
  const decided = decisions(prediction, width, 'classes');
  const right = isArrayOf(labels, Int32Array) ? labels : decisions(labels, width, 'classes');
  let correct = 0;
  decided.forEach((decision, row) => (correct += Number(decision === right[row])));
  return correct / decided.length;
}

const logarithm = (share: number): number => Math.log(Math.max(share, Number.MIN_VALUE));

/** Mean of −Σ p log q over rows, p the label. */
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

/** The loss as the members were trained with it. */
function lossOf(
  prediction: Float64Array,
  labels: Labels,
  width: number,
  { kind, delta }: Loss,
): number {
  if (kind === 'softmaxCrossEntropy') return crossEntropy(prediction, labels, width);
  if (kind === 'sigmoidCrossEntropy')
    return meanOf(prediction, labels, (q, t) => -t * logarithm(q) - (1 - t) * logarithm(1 - q));
  if (kind === 'huber') return meanOf(prediction, labels, (y, t) => huber(y, t, delta));
  return meanOf(prediction, labels, (y, t) => (y - t) ** 2);
}

/** What an ensemble scores on a data set. */
export interface EnsembleEvaluation {
  /** Mean over examples; absent for votes, which are no probabilities. */
  readonly loss?: number;
  /** Share of examples whose decision is their label; absent for other losses than softmax's. */
  readonly accuracy?: number;
}

/** Both, where they have a meaning. */
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

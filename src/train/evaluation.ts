/** Turns sums over examples into evaluations. */
import type { Weights } from '../average/weights.js';
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { type Loss, hasAccuracy } from '../loss/loss.js';
import { type Wanted, fromTotals, toRequest } from '../metrics/measure.js';
import type { NativeMetrics, NativeTrainer } from '../native.js';
import type { Evaluation, WeightedEvaluation } from '../run/history.js';

/** The default number of rows of one pass of `evaluate` and `predict`. */
export const evaluationBatch = 512;

/** Returns means over the examples; NaN where there are none. */
export function toEvaluation(
  { lossSum, correct, examples }: NativeMetrics,
  loss: Loss,
): Evaluation {
  return { loss: lossSum / examples, ...(hasAccuracy(loss) && { accuracy: correct / examples }) };
}

/** The options of an evaluation. */
export interface EvaluationPlan {
  readonly loss: Loss;
  /** The metrics to measure besides the loss. Default none. */
  readonly wanted?: readonly Wanted[];
  readonly batchSize?: number;
  /** The weights to evaluate. Default `'raw'`. */
  readonly weights?: Weights;
}

/** Evaluates a data set. */
export async function evaluate(
  trainer: NativeTrainer,
  dataset: Dataset,
  { loss, wanted = [], batchSize = evaluationBatch, weights = 'raw' }: EvaluationPlan,
): Promise<WeightedEvaluation> {
  const averaged = weights === 'averaged';
  const request = toRequest(wanted);
  const sums = await trainer.evaluate(nativeDataset(dataset), batchSize, request, averaged);
  const evaluation = { ...toEvaluation(sums, loss), weights };
  if (wanted.length === 0) return evaluation;
  return { ...evaluation, metrics: fromTotals(wanted, sums.totals!) };
}

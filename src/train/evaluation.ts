/** From sums over examples to what users read. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { type Loss, hasAccuracy } from '../loss/loss.js';
import { type Wanted, fromTotals, toRequest } from '../metrics/measure.js';
import type { NativeMetrics, NativeTrainer } from '../native.js';
import type { Evaluation } from './history.js';

/** Rows a pass of evaluate and predict, unless told otherwise. */
export const evaluationBatch = 512;

/** Means over examples; NaN where there was none. */
export function toEvaluation(
  { lossSum, correct, examples }: NativeMetrics,
  loss: Loss,
): Evaluation {
  return { loss: lossSum / examples, ...(hasAccuracy(loss) && { accuracy: correct / examples }) };
}

/** How a data set is evaluated. */
export interface EvaluationPlan {
  readonly loss: Loss;
  /** Besides the loss. Default none. */
  readonly wanted?: readonly Wanted[];
  readonly batchSize?: number;
}

/** Of a data set, at the present weights. */
export async function evaluate(
  trainer: NativeTrainer,
  dataset: Dataset,
  { loss, wanted = [], batchSize = evaluationBatch }: EvaluationPlan,
): Promise<Evaluation> {
  const sums = await trainer.evaluate(nativeDataset(dataset), batchSize, toRequest(wanted));
  const evaluation = toEvaluation(sums, loss);
  if (wanted.length === 0) return evaluation;
  return { ...evaluation, metrics: fromTotals(wanted, sums.totals!) };
}

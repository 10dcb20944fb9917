/** From sums over examples to what users read. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { type Loss, hasAccuracy } from '../loss/loss.js';
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

/** Of a data set, at the present weights. */
export async function evaluate(
  trainer: NativeTrainer,
  dataset: Dataset,
  loss: Loss,
  batchSize = evaluationBatch,
): Promise<Evaluation> {
  return toEvaluation(await trainer.evaluate(nativeDataset(dataset), batchSize), loss);
}

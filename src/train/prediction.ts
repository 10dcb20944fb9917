/** Predictions for the rows of a data set. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { gather } from '../data/gather.js';
import type { NativeTrainer } from '../native.js';
import { newBytes } from '../io/memory.js';
import type { PredictionPlan } from './passes.js';

/** About so many numbers are gathered at once. */
const blockNumbers = 2 ** 22;

/** Returns the outputs of all rows, [rows, outputs]. It gathers the inputs block by block. */
export async function predictDataset(
  trainer: NativeTrainer,
  dataset: Dataset,
  { rows, outputs, batchSize, averaged }: PredictionPlan,
): Promise<Float32Array> {
  nativeDataset(dataset);
  const all = new Float32Array(newBytes(4 * rows * outputs, 'dataset').buffer);
  const block = batchSize * Math.max(1, Math.floor(blockNumbers / dataset.features / batchSize));
  for (let first = 0; first < rows; first += block) {
    const count = Math.min(block, rows - first);
    const numbers = Uint32Array.from({ length: count }, (_, i) => first + i);
    const { inputs } = gather(dataset, numbers);
    all.set(await trainer.predict(inputs, count, outputs, batchSize, averaged), first * outputs);
  }
  return all;
}

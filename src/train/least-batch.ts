/** Refuses batches that are too small for training: batch norm needs two rows for a variance. */
import { ThalwegError } from '../errors.js';
import type { Sequential } from '../nn/sequential.js';

/** Returns the number of rows of the smallest batch of an epoch. */
function smallestBatch(rows: number, batchSize: number): number {
  return rows % batchSize || batchSize;
}

/** Returns the largest batch size, at most `most`, whose last batch is large enough for the model, if any. */
export function fittingBatch({ leastBatch }: Sequential, rows: number, most: number): number {
  let batchSize = Math.min(rows, most);
  while (batchSize > leastBatch && smallestBatch(rows, batchSize) < leastBatch) batchSize--;
  return batchSize;
}

/** Throws RANGE where one batch of `rows` rows would be too small to train the model. */
export function checkLeastBatch(
  path: string,
  model: Sequential,
  { batchSize, rows }: { readonly batchSize: number; readonly rows: number },
): void {
  const smallest = smallestBatch(rows, batchSize);
  if (rows === 0 || smallest >= model.leastBatch) return;
  throw new ThalwegError({
    code: 'RANGE',
    path,
    received: `${batchSize} of ${rows} rows, which leaves a batch of ${smallest}`,
    expected: `batches of at least ${model.leastBatch} rows, which the variance of batchNorm needs`,
    remedy: "choose another batch size, or leave the rest out with last: 'drop'",
  });
}

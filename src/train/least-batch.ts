/** Batches too small to train on: batch norm has no variance of one row. */
import { ThalwegError } from '../errors.js';
import type { Sequential } from '../nn/sequential.js';

function smallestBatch(rows: number, batchSize: number): number {
  return rows % batchSize || batchSize;
}

/** The largest batch size of at most `most` that the model can do with, if there is one. */
export function fittingBatch({ leastBatch }: Sequential, rows: number, most: number): number {
  let batchSize = Math.min(rows, most);
  while (batchSize > leastBatch && smallestBatch(rows, batchSize) < leastBatch) batchSize--;
  return batchSize;
}

/** RANGE where `rows` rows, cut into batches, give one that the model cannot be trained on. */
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
    received: `${batchSize} of ${rows} rows, and so a batch of ${smallest}`,
    expected: `batches of at least ${model.leastBatch} rows, which batchNorm takes its variance of`,
    remedy: "choose another batch size, or leave the rest out with last: 'drop'",
  });
}

/** Predicts the rows of a data set, a batch at a time. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { gather } from '../data/gather.js';
import { ThalwegError } from '../errors.js';
import { checkRoom } from '../io/memory.js';

interface Sizes {
  readonly features: number;
  readonly outputs: number;
  readonly batchSize: number;
}

/**
 * Returns the outputs of all rows, [rows, outputs]. The next batch is gathered when the one before it is done.
 *
 * @param call computes the outputs of packed rows
 * @throws ThalwegError SHAPE, DISPOSED, MEMORY
 */
export async function predictDataset(
  dataset: Dataset,
  { features, outputs, batchSize }: Sizes,
  call: (rows: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  nativeDataset(dataset, 'inputs');
  if (dataset.features !== features)
    throw new ThalwegError({
      code: 'SHAPE',
      path: 'inputs',
      received: `a data set of ${dataset.features} numbers a row`,
      expected: `rows of the model's ${features} inputs`,
    });
  const { length } = dataset;
  checkRoom(length * outputs * 4, 'inputs', 'use a smaller data set');
  const all = new Float32Array(length * outputs);
  for (let first = 0; first < length; first += batchSize) {
    const rows = Math.min(batchSize, length - first);
    const indices = Uint32Array.from({ length: rows }, (_, i) => first + i);
    all.set(await call(gather(dataset, indices).inputs), first * outputs);
  }
  return all;
}

/** Four rows with labels, and their loss. */
import { data } from '../../src/index.js';

export const loss = 'softmaxCrossEntropy';

const labels = Int32Array.of(0, 1, 2, 0);

export const four = data.fromArrays({
  inputs: Float32Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0)),
  shape: [4, 4],
  labels,
});

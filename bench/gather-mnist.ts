/** Gathers one epoch of shuffled batches of MNIST's shape, from bytes to floats in [0, 1]. */
import { data } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';
import { pythonContestant } from './peers/python.js';
import { tfjsContestant } from './peers/tfjs.js';

const rows = 60_000;
const batchSize = 128;

const thalweg: Contestant = {
  name: 'thalweg',
  prepare() {
    const bytes = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
    const set = data.fromArrays({ inputs: bytes, shape: [rows, 784], scale: 1 / 255 });
    const shuffler = new data.Shuffler({ length: rows, batchSize, seed: 7n });
    const inputs = new Float32Array(batchSize * 784);
    return {
      run: () => {
        for (const indices of shuffler) data.gather(set, indices, { inputs });
      },
      dispose: () => {
        set.dispose();
      },
    };
  },
};

export const workloads: Workload[] = [
  {
    name: 'gather-mnist-epoch',
    unit: 'ms',
    scale: 1e3,
    rounds: 15,
    contestants: [
      thalweg,
      pythonContestant({ name: 'torch', workload: 'gather_mnist', params: { rows, batchSize } }),
      tfjsContestant('tfjs-node', 'gatherEpoch', { rows, batchSize, maxRuns: 5 }),
    ],
  },
];

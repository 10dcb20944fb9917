/** Trains a tenth of an MNIST epoch of a network of two convolutions (32c3-p2-64c3-p2-128-10). */
import { Trainer, data, nn, optim } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';
import { pythonContestant } from './peers/python.js';
import { tfjsContestant } from './peers/tfjs.js';

const params = { rows: 6_000, batchSize: 128 };
const model = nn.sequential(
  { input: [28, 28, 1] },
  nn.conv2d(32, { kernel: 3, activation: 'relu' }),
  nn.maxPool2d({ kernel: 2 }),
  nn.conv2d(64, { kernel: 3, activation: 'relu' }),
  nn.maxPool2d({ kernel: 2 }),
  nn.flatten(),
  nn.dense(128, { activation: 'relu' }),
  nn.dense(10),
);

const thalweg: Contestant = {
  name: 'thalweg',
  prepare() {
    const { rows, batchSize } = params;
    const inputs = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
    const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);
    const shape = [rows, 28, 28, 1];
    const set = data.fromArrays({ inputs, shape, labels, scale: 1 / 255 });
    const loss = 'softmaxCrossEntropy';
    const trainer = new Trainer({ model, loss, optimizer: optim.adam() });
    return {
      run: async () => {
        await trainer.fit(set, { epochs: 1, batchSize });
      },
      dispose: () => {
        trainer.dispose();
        set.dispose();
      },
    };
  },
};

export const workloads: readonly Workload[] = [
  {
    name: 'picture-epoch',
    unit: 's',
    scale: 1,
    rounds: 5,
    contestants: [
      thalweg,
      pythonContestant({ name: 'torch', workload: 'picture_epoch', params }),
      tfjsContestant('tfjs-node', 'pictureEpoch', { ...params, maxRuns: 3 }),
    ],
  },
];

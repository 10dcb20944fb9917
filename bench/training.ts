/** Trains the MNIST network, and measures how long the event loop waits meanwhile. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Trainer, data, nn, optim } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';
import { pythonContestant } from './peers/python.js';
import { tfjsContestant } from './peers/tfjs.js';

const rows = 60_000;
const batchSize = 128;
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));

/** Keeps rows as bytes, which the gather converts, as data.mnist does. */
function makeSet(): data.Dataset {
  const inputs = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
  const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);
  return data.fromArrays({ inputs, shape: [rows, 784], labels, scale: 1 / 255 });
}

const makeTrainer = (): Trainer =>
  new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });

const epoch: Contestant = {
  name: 'thalweg',
  prepare() {
    const set = makeSet();
    const trainer = makeTrainer();
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

/** Returns the 99th percentile of the event loop's delay beyond its timer, over half a second. */
const delay: Contestant = {
  name: 'thalweg',
  prepare() {
    const set = makeSet();
    const trainer = makeTrainer();
    const resolution = 1;
    return {
      run: async () => {
        const histogram = monitorEventLoopDelay({ resolution });
        histogram.enable();
        await trainer.fit(set, { epochs: 5, batchSize });
        histogram.disable();
        return histogram.percentile(99) / 1e9 - resolution / 1e3;
      },
      dispose: () => {
        trainer.dispose();
        set.dispose();
      },
    };
  },
};

export const workloads: Workload[] = [
  {
    name: 'mnist-mlp-epoch',
    unit: 's',
    scale: 1,
    contestants: [
      epoch,
      pythonContestant({ name: 'torch', workload: 'mnist_epoch', params: { rows, batchSize } }),
      tfjsContestant('tfjs-node', 'mnistEpoch', { rows, batchSize, maxRuns: 3 }),
    ],
  },
  { name: 'event-loop-delay-p99', unit: 'ms', scale: 1e3, contestants: [delay] },
];

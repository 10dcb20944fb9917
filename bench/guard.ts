/**
 * Measures what the guard costs: an MNIST epoch without it, and with one step in ten taken twice.
 * The default is one step in a thousand, which costs a hundredth of the difference.
 */
import { Trainer, data, nn, optim } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';

const rows = 60_000;
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));

function epoch(name: string, guard: false | { readonly everySteps: number }): Contestant {
  return {
    name,
    prepare() {
      const inputs = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
      const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);
      const set = data.fromArrays({ inputs, shape: [rows, 784], labels, scale: 1 / 255 });
      const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
      return {
        run: async () => {
          await trainer.fit(set, { epochs: 1, batchSize: 128, guard });
        },
        dispose: () => {
          trainer.dispose();
          set.dispose();
        },
      };
    },
  };
}

export const workloads: Workload[] = [
  {
    name: 'guarded-epoch',
    unit: 's',
    scale: 1,
    rounds: 9,
    contestants: [epoch('thalweg', false), epoch('one step in ten twice', { everySteps: 10 })],
  },
];

/** Draws a million rows by weight, with and without replacement, and in stratified batches. */
import { native } from '../src/native.js';
import type { Contestant, Workload } from './harness.js';
import { pythonContestant } from './peers/python.js';

const rows = 1_000_000;
const weights = Float64Array.from({ length: rows }, (_, i) => 1 + ((i * 2654435761) % 1000));
const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);

function epoch(options: ConstructorParameters<typeof native.Sampling>[0]): Contestant {
  return {
    name: 'thalweg',
    prepare() {
      const sampling = new native.Sampling(options);
      const out = new Uint32Array(rows);
      let epoch = 0;
      return {
        run: () => {
          const name = { length: rows, seed: 1n, epoch: epoch++, exact: false };
          const order = new native.Order({ ...name, sampling, batch: 128, world: 1 });
          order.indices(0, 1, out);
          order.dispose();
        },
        dispose: () => {
          sampling.dispose();
        },
      };
    },
  };
}

const torch = (replacement: boolean): Contestant =>
  pythonContestant({ name: 'torch', workload: 'multinomial', params: { rows, replacement } });

const common = { unit: 'ms', scale: 1e3, rounds: 9 };

export const workloads: Workload[] = [
  {
    ...common,
    name: 'weighted-with-replacement',
    contestants: [epoch({ weights, replacement: true, draws: 0 }), torch(true)],
  },
  {
    ...common,
    name: 'weighted-without-replacement',
    contestants: [epoch({ weights, replacement: false, draws: 0 }), torch(false)],
  },
  { ...common, name: 'stratified-batches', contestants: [epoch({ labels })] },
];

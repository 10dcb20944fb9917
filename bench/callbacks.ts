/** What watching costs: an MNIST epoch bare, with every callback that writes, and with the monitor. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FitOptions, Trainer, callbacks, data, nn, optim } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';

const rows = 60_000;
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));

function epoch(
  name: string,
  watch: (folder: string) => Pick<FitOptions, 'callbacks' | 'monitor'>,
): Contestant {
  return {
    name,
    prepare() {
      const folder = mkdtempSync(join(tmpdir(), 'thalweg-bench-'));
      const inputs = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
      const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);
      const set = data.fromArrays({ inputs, shape: [rows, 784], labels, scale: 1 / 255 });
      const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
      const options = { epochs: 1, batchSize: 128, ...watch(folder) };
      return {
        run: async () => {
          await trainer.fit(set, options);
        },
        dispose: () => {
          trainer.dispose();
          set.dispose();
          rmSync(folder, { recursive: true });
        },
      };
    },
  };
}

const writing = (folder: string): readonly callbacks.Callback[] => [
  callbacks.earlyStopping({ metric: 'loss', patience: 1e6 }),
  callbacks.csvLog({ file: join(folder, 'log.csv') }),
  callbacks.jsonLog({ file: join(folder, 'log.jsonl'), progress: true }),
  callbacks.tensorBoard({ folder }),
];

export const workloads: Workload[] = [
  {
    name: 'watched-epoch',
    unit: 's',
    scale: 1,
    rounds: 9,
    contestants: [
      epoch('thalweg', () => ({})),
      epoch('with callbacks', (folder) => ({ callbacks: writing(folder) })),
      epoch('with the monitor', () => ({ monitor: true })),
    ],
  },
];

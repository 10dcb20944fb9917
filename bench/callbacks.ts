/**
 * What watching costs: an MNIST epoch bare, with every callback that writes, and with the monitor; and,
 * magnified, an epoch of one step, at which the monitor looks each time and the logs write their lines.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FitOptions, Trainer, callbacks, data, nn, optim } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';

const mnist = { rows: 60_000, epochs: 1 };
const steps = { rows: 128, epochs: 100 };
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));

function epochs(
  name: string,
  { rows, epochs }: typeof mnist,
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
      const options = { epochs, batchSize: 128, ...watch(folder) };
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
      epochs('thalweg', mnist, () => ({})),
      epochs('with callbacks', mnist, (folder) => ({ callbacks: writing(folder) })),
      epochs('with the monitor', mnist, () => ({ monitor: true })),
    ],
  },
  {
    name: 'watched-step',
    unit: 'µs/epoch',
    scale: 1e6 / steps.epochs,
    contestants: [
      epochs('thalweg', steps, () => ({})),
      epochs('with callbacks', steps, (folder) => ({ callbacks: writing(folder) })),
      epochs('with the monitor', steps, () => ({ monitor: { every: 1 } })),
    ],
  },
];

/**
 * What watching costs: an MNIST epoch without observers, with a monitor, with callbacks and logs. The
 * monitor that looks at every step, instead of one in a hundred, shows its cost a hundredfold.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FitOptions, Trainer, callbacks, data, nn, optim } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';

const rows = 60_000;
const batchSize = 128;
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));

function makeSet(): data.Dataset {
  const inputs = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
  const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);
  return data.fromArrays({ inputs, shape: [rows, 784], labels, scale: 1 / 255 });
}

/** An epoch with what `observers` adds, given a folder to write to. */
function epoch(name: string, observers: (folder: string) => Partial<FitOptions>): Contestant {
  return {
    name,
    prepare() {
      const set = makeSet();
      const trainer = new Trainer({
        ...{ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() },
      });
      const folder = mkdtempSync(join(tmpdir(), 'thalweg-bench-'));
      const options = { epochs: 1, batchSize, ...observers(folder) };
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

const watching = (folder: string): callbacks.Callback[] => [
  callbacks.earlyStopping({ metric: 'loss', patience: 1000 }),
  callbacks.csvLog({ file: join(folder, 'log.csv') }),
  callbacks.jsonLog({ file: join(folder, 'log.jsonl'), progress: true }),
  callbacks.tensorBoard({ folder }),
  callbacks.terminateOnNonFinite(),
];

export const workloads: Workload[] = [
  {
    name: 'observed-epoch',
    unit: 'ms',
    scale: 1e3,
    rounds: 15,
    contestants: [
      epoch('thalweg', () => ({})),
      epoch('monitor', () => ({ monitor: true })),
      epoch('monitor, every step', () => ({ monitor: { every: 1 } })),
      epoch('callbacks', (folder) => ({ callbacks: watching(folder) })),
      epoch('both', (folder) => ({ monitor: true, callbacks: watching(folder) })),
    ],
  },
];

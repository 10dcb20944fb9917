/**
 * Measures what watching costs, as a share of an MNIST epoch. Whole epochs differ by more than
 * that, so the cost is magnified: epochs have five steps, all of them watched, as many as the
 * monitor watches of the 469 steps of an MNIST epoch, and one round of callbacks.
 *
 * Watched and unwatched runs alternate; their difference is the cost of one epoch, whatever its
 * length. The contestant `off` watches nothing and shows the error of the measurement.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FitOptions, Trainer, callbacks, data, nn, optim } from '../src/index.js';
import { type Contestant, type Runner, type Workload, median } from './harness.js';

type Watch = Pick<FitOptions, 'callbacks' | 'monitor'>;

const batchSize = 128;
const mnistRows = 60_000;
const looks = 5;
const epochs = 20;
const pairs = 4;
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));

function makeSet(rows: number): data.Dataset {
  const inputs = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
  const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);
  return data.fromArrays({ inputs, shape: [rows, 784], labels, scale: 1 / 255 });
}

/** All callbacks that write, and the one that copies the weights. */
const writing = (folder: string): readonly callbacks.Callback[] => [
  callbacks.earlyStopping({ metric: 'loss', patience: 1e6 }),
  callbacks.csvLog({ file: join(folder, 'log.csv') }),
  callbacks.jsonLog({ file: join(folder, 'log.jsonl'), progress: true }),
  callbacks.tensorBoard({ folder }),
];

/** A trainer, a folder for logs, and data sets with these numbers of rows. */
function prepared(rows: readonly number[]) {
  const folder = mkdtempSync(join(tmpdir(), 'thalweg-bench-'));
  const sets = rows.map(makeSet);
  const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  const dispose = (): void => {
    trainer.dispose();
    for (const set of sets) set.dispose();
    rmSync(folder, { recursive: true });
  };
  return { folder, sets, trainer, dispose };
}

/** Seconds that a watched epoch takes longer, as a share of an MNIST epoch. */
function share(name: string, watch: (folder: string) => Watch): Contestant {
  return {
    name,
    prepare(): Runner {
      const { folder, sets, trainer, dispose } = prepared([looks * batchSize, mnistRows]);
      const seconds = async (set: data.Dataset, options: Watch, count: number): Promise<number> => {
        const start = performance.now();
        await trainer.fit(set, { epochs: count, batchSize, ...options });
        return (performance.now() - start) / 1000 / count;
      };
      const [small, mnist] = sets as [data.Dataset, data.Dataset];
      return {
        run: async () => {
          const differences: number[] = [];
          for (let pair = 0; pair < pairs; pair++) {
            const first = await seconds(small, pair % 2 === 0 ? {} : watch(folder), epochs);
            const second = await seconds(small, pair % 2 === 0 ? watch(folder) : {}, epochs);
            differences.push(pair % 2 === 0 ? second - first : first - second);
          }
          return median(differences) / (await seconds(mnist, {}, 1));
        },
        dispose,
      };
    },
  };
}

/** Whole epochs show the costs that no magnification shows. */
function epoch(name: string, watch: (folder: string) => Watch): Contestant {
  return {
    name,
    prepare(): Runner {
      const { folder, sets, trainer, dispose } = prepared([mnistRows]);
      const options = { epochs: 1, batchSize, ...watch(folder) };
      return {
        run: async () => {
          await trainer.fit(sets[0]!, options);
        },
        dispose,
      };
    },
  };
}

export const workloads: Workload[] = [
  {
    name: 'watched-share',
    unit: '% of an MNIST epoch',
    scale: 100,
    contestants: [
      share('off', () => ({ callbacks: [], monitor: false })),
      share('callbacks', (folder) => ({ callbacks: writing(folder) })),
      share('monitor', () => ({ monitor: { every: 1 } })),
      share('both', (folder) => ({ callbacks: writing(folder), monitor: { every: 1 } })),
    ],
  },
  {
    name: 'watched-epoch',
    unit: 's',
    scale: 1,
    contestants: [
      epoch('thalweg', () => ({})),
      epoch('the same again', () => ({})),
      epoch('with callbacks', (folder) => ({ callbacks: writing(folder) })),
      epoch('with the monitor', () => ({ monitor: true })),
    ],
  },
];

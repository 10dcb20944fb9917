/** The CUDA backend: steps beside their memory traffic, a copy and PyTorch; MNIST epochs. */
import { Trainer, data, nn, optim } from '../src/index.js';
import { native } from '../src/native.js';
import { lab } from '../test/lab.js';
import { StepSettings } from '../src/optim/settings.js';
import { Absent, type Contestant, type Workload } from './harness.js';
import { pythonContestant } from './peers/python.js';

const million = 2 ** 20;
const what = { step: 0, traffic: 1, copy: 2, nothing: 3 } as const;

function needGpu(): void {
  const { devices, missing } = native.cudaStatus();
  if (devices.length === 0) throw new Absent(missing);
}

/** Replays a recorded step; the addon measures from the first launch to the last's end. */
function replayed(
  name: string,
  lengths: number[],
  measured: keyof typeof what = 'step',
  { replays = 20, averages = false, sparse = false } = {},
): Contestant {
  return {
    name,
    prepare() {
      needGpu();
      const settings = new StepSettings(optim.adam(), { nonFinite: 'allow' });
      const step = new lab.QueuedStep({
        rule: settings.rule.name,
        groupCount: 1,
        names: lengths.map((_, i) => `t${i}`),
        lengths,
        groups: lengths.map(() => 0),
        device: 'cuda',
        what: what[measured],
        averages,
        sparse,
        settings: settings.at({ step: 0 }),
      });
      return {
        run: () => step.replay(replays),
        dispose: () => {
          step.dispose();
        },
      };
    },
  };
}

const torch = (mode: string, lengths: number[], repeat = 1): Contestant =>
  pythonContestant({
    name: `torch ${mode}`,
    workload: 'adam_cuda',
    params: { mode, lengths, wait: Math.min(repeat, 50) },
    repeat,
  });

const sets = {
  '256M': [256 * million],
  '1G': [1024 * million],
} as const;

const rows = 60_000;
const batchSize = 128;

const epoch: Contestant = {
  name: 'thalweg',
  async prepare() {
    needGpu();
    const inputs = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
    const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);
    const set = data.fromArrays({ inputs, shape: [rows, 784], labels, scale: 1 / 255 });
    const trainer = new Trainer({
      model: nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10)),
      loss: 'softmaxCrossEntropy',
      optimizer: optim.adam(),
      device: 'cuda',
    });
    await trainer.fit(set, { epochs: 2, batchSize });
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

const torchEpoch = (mode: string): Contestant =>
  pythonContestant({
    name: `torch ${mode}`,
    workload: 'mnist_epoch_cuda',
    params: { mode, rows, batchSize },
  });

/** Bytes that look random and repeat seldom: memory of zeros may move faster. */
function filled(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = Math.min(length, 1_000_003);
  for (let i = 0; i < done; i++) bytes[i] = Math.imul(i, 2654435761) >>> 24;
  for (; done < length; done *= 2) bytes.copyWithin(done, 0, Math.min(done, length - done));
  return bytes;
}

/** All rows of a data set of bytes in shuffled order: the index function in the gather, or a list. */
function gathered(name: string, rows: number, features: number, listed: boolean): Contestant {
  return {
    name,
    prepare() {
      needGpu();
      const dataset = new lab.Dataset({
        inputs: filled(rows * features),
        rows,
        features,
        scale: 1,
        offset: 0,
        labels: undefined,
        labelWidth: 0,
      });
      const gather = new lab.QueuedGather({ device: 'cuda', dataset, listed });
      return {
        run: () => gather.replay(5),
        dispose: () => {
          gather.dispose();
        },
      };
    },
  };
}

const small = [100_000];
const ragged = Array.from({ length: 1000 }, (_, i) => 200_000 + 37 * i);

export const workloads: Workload[] = [
  ...Object.entries(sets).map(([size, lengths]): Workload => ({
    name: `cuda-adam-${size}`,
    unit: 'ms',
    scale: 1e3,
    rounds: 11,
    contestants: [
      replayed('thalweg', [...lengths]),
      replayed('probe', [...lengths], 'traffic'),
      replayed('copy', [...lengths], 'copy'),
      torch('fused', [...lengths], 5),
      torch('graph', [...lengths], 5),
    ],
  })),
  {
    // The probe moves the same bytes: a ratio of 0.95 over it is 1.05 times the memory traffic.
    name: 'cuda-average-adam-256M',
    unit: 'ms',
    scale: 1e3,
    rounds: 11,
    contestants: [
      replayed('thalweg', [256 * million], 'step', { averages: true }),
      replayed('probe', [256 * million], 'traffic', { averages: true }),
      replayed('without an average', [256 * million]),
    ],
  },
  {
    // Square roots and divisions take other paths through zeros.
    name: 'cuda-sparse-adam-256M',
    unit: 'ms',
    scale: 1e3,
    contestants: [
      replayed('thalweg', [256 * million], 'step', { sparse: true }),
      replayed('without zeros', [256 * million]),
    ],
  },
  {
    name: 'cuda-adam-1000-ragged',
    unit: 'ms',
    scale: 1e3,
    rounds: 11,
    contestants: [
      replayed('thalweg', ragged),
      replayed('thalweg, one flat array', [ragged.reduce((sum, length) => sum + length, 0)]),
      torch('fused', ragged, 5),
      torch('graph', ragged, 5),
    ],
  },
  {
    name: 'cuda-adam-100K',
    unit: 'µs',
    scale: 1e6,
    rounds: 11,
    contestants: [
      replayed('thalweg', small, 'step', { replays: 2000 }),
      replayed('empty kernel', small, 'nothing', { replays: 2000 }),
      torch('fused', small, 200),
      torch('graph', small, 200),
    ],
  },
  ...[128, 784].map((features): Workload => ({
    name: `cuda-gather-4M-x-${features}`,
    unit: 'ms',
    scale: 1e3,
    contestants: [
      gathered('thalweg', 2 ** 22, features, false),
      gathered('precomputed indices', 2 ** 22, features, true),
    ],
  })),
  {
    // One number a row: the gather of a whole shuffled epoch shows what the order alone costs.
    name: 'cuda-shuffle-1e8',
    unit: 'ms',
    scale: 1e3,
    contestants: [
      gathered('thalweg', 1e8, 1, false),
      pythonContestant({
        name: 'torch.randperm',
        workload: 'randperm_cuda',
        params: { rows: 1e8 },
      }),
    ],
  },
  {
    name: 'cuda-mnist-epoch',
    unit: 'ms',
    scale: 1e3,
    contestants: [epoch, torchEpoch('eager'), torchEpoch('graph')],
  },
];

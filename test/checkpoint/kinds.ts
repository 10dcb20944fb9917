/**
 * Kinds of runs: each update rule, with each model, with each other state that a checkpoint holds.
 */
import type { DeviceName } from '../../src/device.js';
import {
  type FitOptions,
  Trainer,
  type TrainerOptions,
  average,
  callbacks,
  data,
  nn,
  optim,
  schedule,
} from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';
import { variants } from '../registry.js';

type Rates = { readonly learningRate?: schedule.Scheduled };

const rules: (readonly [string, (rates: Rates) => optim.Optimizer])[] = [
  ...variants,
  [
    'nadam in groups',
    (rates) => optim.nadam({ ...rates, groups: [{ match: '*.bias', learningRateScale: 2 }] }),
  ],
];

const words = 6;
const models: readonly (readonly [string, nn.Sequential])[] = [
  [
    'dropout',
    nn.sequential(
      { input: [3] },
      nn.dense(4, { activation: 'tanh' }),
      nn.dropout(0.25),
      nn.dense(3),
    ),
  ],
  ['batchNorm', nn.sequential({ input: [3] }, nn.dense(4), nn.batchNorm(), nn.relu(), nn.dense(3))],
  ['embedding', nn.sequential({ input: [3] }, nn.embedding(words, 2), nn.flatten(), nn.dense(3))],
  [
    'residual and layerNorm',
    nn.sequential(
      { input: [3] },
      nn.residual([nn.dense(3, { activation: 'gelu' }), nn.layerNorm(), nn.dropout(0.1)]),
      nn.dense(3),
    ),
  ],
  [
    'rmsNorm and groupNorm',
    nn.sequential({ input: [3] }, nn.dense(4), nn.rmsNorm(), nn.groupNorm(2), nn.dense(3)),
  ],
  [
    'conv2d and pools',
    nn.sequential(
      { input: [3] },
      nn.dense(16),
      nn.reshape([4, 4, 1]),
      nn.conv2d(2, { kernel: 2, activation: 'relu' }),
      nn.maxPool2d({ kernel: 2, stride: 1 }),
      nn.globalAveragePool(),
      nn.dense(3),
    ),
  ],
  [
    'a scheduled dropout',
    nn.sequential(
      { input: [3] },
      nn.dense(5, { activation: 'sigmoid' }),
      nn.dropout(schedule.piecewise({ values: [0.1, 0.4], at: [3] })),
      nn.dense(3),
    ),
  ],
];

const rows = 26;
const labels = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 3);

/**
 * An embedding takes these whole numbers, and the other models these rows; all processes have the
 * same.
 */
function dataset(seed: number, count = rows): data.Dataset {
  const random = generator(seed);
  const inputs = Float32Array.from({ length: count * 3 }, () => Math.floor(random() * words));
  return data.fromArrays({ inputs, shape: [count, 3], labels: labels.subarray(0, count) });
}

/** Row 12 has a gradient that is not finite, except in an embedding, which refuses such a row. */
function broken(model: string): data.Dataset {
  if (model === 'embedding') return dataset(1);
  const inputs = floats(generator(1), rows * 3);
  inputs.set([NaN, Infinity], 36);
  return data.fromArrays({ inputs, shape: [rows, 3], labels });
}

const train = dataset(1);
const validation = dataset(2, 11);
const weights = Float64Array.from({ length: rows }, (_, i) => 1 + i);

/** Further options of a run; each call of fit gets new ones. */
interface Extra {
  readonly name: string;
  readonly trainer?: Partial<TrainerOptions>;
  readonly fit?: () => Partial<FitOptions>;
  readonly learningRate?: schedule.Scheduled;
  readonly train?: (model: string) => data.Dataset;
}

const averaged = (kept: average.WeightAverage): Omit<Extra, 'name'> => ({
  trainer: { average: kept },
  fit: () => ({ validation, validationWeights: 'averaged' }),
});

const extras: readonly Extra[] = [
  { name: 'nothing else' },
  { name: 'an EMA', ...averaged(average.ema({ decay: 0.8, warmup: 2 })) },
  { name: 'an SWA', ...averaged(average.swa({ start: 2, every: 3 })) },
  { name: 'a running average', ...averaged(average.running({ decay: 0.7 })) },
  { name: 'an SWA of epochs', ...averaged(average.swa({ unit: 'epoch' })) },
  { name: 'accumulated gradients', fit: () => ({ batchSize: 3, accumulate: 2 }) },
  { name: 'a weighted sampling', fit: () => ({ sampling: data.weighted({ weights, draws: 30 }) }) },
  { name: 'a stratified one', fit: () => ({ sampling: data.stratified({ labels }) }) },
  {
    name: 'early stopping at a plateau',
    fit: () => ({
      validation,
      metrics: ['f1'],
      callbacks: [callbacks.earlyStopping({ patience: 1 })],
    }),
    learningRate: schedule.plateau({ initial: 0.05, patience: 0, threshold: 0.5 }),
  },
  { name: 'steps left out', trainer: { nonFinite: 'skip' }, train: broken },
  {
    name: 'the last batch dropped',
    fit: () => ({ shuffle: false, last: 'drop' }),
    trainer: { clip: { globalNorm: 0.1 } },
    learningRate: schedule.cosine({ initial: 0.1, steps: 7 }),
  },
];

/** One kind of run. */
export interface Kind {
  readonly name: string;
  readonly train: data.Dataset;
  readonly make: (device?: DeviceName) => Trainer;
  /** The options of fit: 2 epochs, which have 7 to 10 steps. */
  readonly options: () => FitOptions;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
// Some come twice, so that the lists' lengths have no common divisor.
for (let i = 0; divisor(rules.length, models.length * extras.length) > 1; i++)
  rules.push(rules[i]!);

/** The number of kinds before they repeat. */
export const kindCount = rules.length * models.length * extras.length;

/** Any `kindCount` kinds in a row are all that there are. */
export function kind(index: number): Kind {
  const [ruleName, rule] = rules[index % rules.length]!;
  const [modelName, model] = models[index % models.length]!;
  const extra = extras[index % extras.length]!;
  const { learningRate } = extra;
  return {
    name: `${ruleName}, ${modelName}, ${extra.name}`,
    train: extra.train?.(modelName) ?? train,
    make: (device = 'cpu:baseline') =>
      new Trainer({
        model,
        loss: 'softmaxCrossEntropy',
        seed: 3,
        device,
        optimizer: rule(learningRate === undefined ? {} : { learningRate }),
        ...extra.trainer,
      }),
    options: () => ({ epochs: 2, batchSize: 6, ...extra.fit?.() }),
  };
}

/** Trainers of the addon without the TypeScript around them, for tests of the native border. */
import { nativeDataset } from '../../src/data/dataset.js';
import { native } from '../../src/native.js';
import type { NativeTrainRequest } from '../../src/native.js';
import { optim } from '../../src/index.js';
import { planTrainer } from '../../src/train/build.js';
import { classes, model } from '../checkpoint/runs.js';

/** The data set of each run. */
export const train = classes(24);

/** Makes a trainer, and the request of one epoch. */
export function made(options: object = {}) {
  const plan = planTrainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    device: 'cpu:baseline',
    ...options,
  });
  const trainer = new native.Trainer(plan.native);
  const { settings } = plan;
  const rates = settings.table(3, (step) => ({ step, epoch: 0, history: [] }));
  const request: NativeTrainRequest = {
    dataset: nativeDataset(train),
    epoch: 0,
    batchSize: 8,
    shuffle: true,
    dropLast: false,
    settings: settings.values,
    columns: settings.columns,
    rates: rates.values,
  };
  return { trainer, plan, request };
}

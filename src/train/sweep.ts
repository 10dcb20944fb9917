/** Steps outside of any run: epochs that may end early, with the loss of each step. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import type { NativeTrainer } from '../native.js';
import type { StepSettings } from '../optim/settings.js';

/** What is tried. */
export interface SweepPlan {
  /** Rows a step, at most the data set's. */
  readonly batchSize: number;
  /** Steps to take; epoch follows epoch, each without its last, smaller batch. */
  readonly steps: number;
  /** Asked up to 20 times a second about the last loss; false ends the sweep. */
  readonly goesOn?: (loss: number) => boolean;
}

/** What came of it. */
export interface Sweep {
  /** Mean loss of each step's batch. */
  readonly losses: readonly number[];
  /** Native memory of the trainer now. */
  readonly bytes: number;
}

/** Steps of `settings`, counted from 0. */
export async function sweep(
  trainer: NativeTrainer,
  dataset: Dataset,
  { batchSize, steps, goesOn = () => true }: SweepPlan,
  settings: StepSettings,
): Promise<Sweep> {
  const losses: number[] = [];
  const wholeEpoch = Math.floor(dataset.length / batchSize);
  for (let epoch = 0; losses.length < steps; epoch++) {
    const first = losses.length;
    const mostSteps = Math.min(wholeEpoch, steps - first);
    const rates = settings.table(mostSteps, (step) => ({ step: first + step, epoch, history: [] }));
    const done = await trainer.train(
      {
        dataset: nativeDataset(dataset),
        epoch,
        batchSize,
        shuffle: true,
        dropLast: true,
        settings: settings.values,
        columns: settings.columns,
        rates: rates.values,
        mostSteps,
        keepLosses: true,
      },
      ({ lastLoss }) => {
        if (!goesOn(lastLoss)) trainer.cancel();
      },
    );
    for (const loss of done.losses ?? []) losses.push(loss);
    if (done.cancelled) break;
  }
  return { losses, bytes: trainer.bytes() };
}

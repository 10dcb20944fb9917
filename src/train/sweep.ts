/** Takes steps outside of any run, and returns the loss of each. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import type { NativeTrainer } from '../native.js';
import type { StepSettings } from '../optim/settings.js';

/** The options of a sweep. */
export interface SweepPlan {
  /** The rows of one step, at most those of the data set. */
  readonly batchSize: number;
  /** The number of steps, over several epochs, each without its last, smaller batch. */
  readonly steps: number;
  /** Called with the last loss, at most 20 times a second; false ends the sweep. */
  readonly goesOn?: (loss: number) => boolean;
}

/** The result of a sweep. */
export interface Sweep {
  /** The mean loss of each step's batch. */
  readonly losses: readonly number[];
  /** Native memory of the trainer after the sweep, in bytes. */
  readonly bytes: number;
}

/** Takes the steps; schedules of `settings` count them from 0. */
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

/** Small runs with all the state that a checkpoint holds, and the comparison of their ends. */
import {
  type History,
  type TrainEvent,
  Trainer,
  type TrainerOptions,
  type WarningEvent,
  data,
  nn,
  optim,
} from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

export const model = nn.sequential(
  { input: [5] },
  nn.dense(7, { activation: 'tanh' }),
  nn.dropout(0.25),
  nn.dense(3),
);

/** Makes rows of noise in three classes, which the first columns tell. */
export function classes(rows = 50, seed = 1) {
  const inputs = floats(generator(seed), rows * 5);
  const labels = Int32Array.from({ length: rows }, (_, i) => {
    const row = inputs.subarray(i * 5, i * 5 + 3);
    return row.indexOf(Math.max(...row));
  });
  return data.fromArrays({ inputs, shape: [rows, 5], labels });
}

export function make(options: Partial<TrainerOptions> = {}): Trainer {
  return new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam({ learningRate: 0.01 }),
    device: 'cpu:baseline',
    seed: 3,
    ...options,
  });
}

const bits = (arrays: Readonly<Record<string, Float32Array>>) =>
  Object.entries(arrays).map(
    ([name, { buffer }]) => [name, Buffer.from(buffer).toString('hex')] as const,
  );

/** Collects the warnings of a run, as its `onEvent`. */
export function warningsOf(): {
  readonly warnings: WarningEvent[];
  readonly onEvent: (event: TrainEvent) => void;
} {
  const warnings: WarningEvent[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.type === 'warning') warnings.push(event);
  };
  return { warnings, onEvent };
}

/** Returns every bit of a run's end, without what depends on the clock. */
export function endOf(trainer: Trainer, history: History): unknown {
  const epochs = history.epochs.map(({ seconds: _, examplesPerSecond: __, ...rest }) => rest);
  return {
    parameters: bits(trainer.parameters()),
    statistics: bits(trainer.statistics()),
    averaged: trainer.averaged > 0 ? bits(trainer.parameters({ weights: 'averaged' })) : [],
    epochs,
    reason: history.reason,
    stopReason: history.stopReason,
    steps: history.steps,
  };
}

/** Returns every file of a folder of checkpoints. */
export const everyStep = { everySteps: 1, everyEpochs: 1, waits: true, keepLast: 10_000 };

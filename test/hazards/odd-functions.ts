/** Functions of a caller that reject, throw or give odd values. */
import { Trainer, type TrainerOptions, data, nn, optim, schedule } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

/** A function that a test gives where one is asked for. */
export type Odd = (...given: unknown[]) => never;

export const set = data.fromArrays({
  inputs: floats(generator(1), 64),
  shape: [16, 4],
  labels: Int32Array.from({ length: 16 }, (_, i) => i % 3),
});

export const mine = new Error('mine');

export const pause = (milliseconds = 3) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const rejecting = {
  rejects: () => Promise.reject(mine),
  'rejects later': async () => {
    await pause();
    throw mine;
  },
  'rejects as something like a promise': () => ({
    then: (_: unknown, no?: (error: unknown) => void) => no?.(mine),
  }),
};

export interface Changes {
  readonly optimizer?: optim.Optimizer;
  readonly dropout?: schedule.Scheduled;
  readonly options?: Partial<TrainerOptions>;
}

export function make({
  optimizer = optim.adam(),
  dropout = 0.1,
  options = {},
}: Changes = {}): Trainer {
  const layers = [nn.dense(5), nn.dropout(dropout), nn.dense(3)];
  return new Trainer({
    model: nn.sequential({ input: [4] }, ...layers),
    loss: 'softmaxCrossEntropy',
    optimizer,
    device: 'cpu',
    seed: 1,
    ...options,
  });
}

export const weightsOf = (trainer: Trainer): string =>
  Object.values(trainer.parameters())
    .map(({ buffer }) => Buffer.from(buffer).toString('hex'))
    .join();

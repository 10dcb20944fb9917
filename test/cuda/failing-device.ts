/** A CUDA device whose calls fail. */
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

export const rows = 12;

export const set = data.fromArrays({
  inputs: floats(generator(1), rows * 3),
  shape: [rows, 3],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 2),
});

export const make = () =>
  new Trainer({
    model: nn.sequential({ input: [3] }, nn.dense(4, { activation: 'gelu' }), nn.dense(2)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam({ learningRate: 0.01 }),
    clip: { globalNorm: 1 },
    device: 'cuda',
    seed: 1,
  });

export const fit = { epochs: 1, batchSize: 3, validation: set } as const;

export function fail(what: string): void {
  process.env['THALWEG_EMULATED_FAULT'] = what;
}

export function heal(): void {
  delete process.env['THALWEG_EMULATED_FAULT'];
}

/** Returns the error of a job, or undefined. */
export const outcome = (job: () => unknown): Promise<unknown> =>
  Promise.resolve()
    .then(job)
    .then(
      () => undefined,
      (error: unknown) => error,
    );

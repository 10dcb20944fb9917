/** Short runs whose logs the tests read back. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Trainer, callbacks, data, nn, optim } from '../../src/index.js';
import { readEventFile } from '../oracle/event-file.js';
import { floats, generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';

export const folder = newFolder;

const random = generator(1);

export const train = data.fromArrays({
  inputs: floats(random, 200 * 4),
  shape: [200, 4],
  labels: Int32Array.from({ length: 200 }, () => Math.floor(random() * 3)),
});

export const make = (): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [4] }, nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
  });

/** Trains two epochs and returns their records. */
export async function fit(callback: callbacks.Callback, trainer = make()) {
  const options = { epochs: 2, validation: train, callbacks: [callback] };
  return (await trainer.fit(train, options)).epochs;
}

export const rowsOf = (file: string): string[][] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

export const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

export const eventsOf = (place: string) =>
  readEventFile(readFileSync(join(place, readdirSync(place)[0]!)));

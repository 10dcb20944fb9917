/** Trainer.save reads a state of several pieces from the trainer itself. */
import { hasCuda } from '../oracle/cuda.js';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, callbacks, checkpoint, data, io, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, sameBits } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { classes, endOf, everyStep, make as makeSmall } from './runs.js';

/** The state has 12 MB: three pieces, whose borders lie within tensors. */
const model = nn.sequential({ input: [900] }, nn.dense(1100), nn.dense(3));
const make = (device: DeviceName = 'cpu'): Trainer =>
  new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.nadam(), seed: 4, device });
const random = generator(2);
const train = data.fromArrays({
  inputs: floats(random, 4 * 900),
  shape: [4, 900],
  labels: floats(random, 12),
});

it.each(['cpu', ...(hasCuda ? (['cuda'] as const) : [])] satisfies DeviceName[])(
  'writes what a run of the same steps does, on %s',
  async (device) => {
    const folder = newFolder();
    const file = join(folder, 'saved.safetensors');
    using trainer = make(device);
    const run = { epochs: 1, batchSize: 2, checkpoint: { folder: join(folder, 'run') } };
    const { checkpoint: written } = await trainer.fit(train, run);
    await trainer.save(file);
    const [saved, kept] = await Promise.all([
      io.readSafetensors(file),
      io.readSafetensors(written!),
    ]);
    expect(saved.tensors.map(({ name }) => name)).toEqual(kept.tensors.map(({ name }) => name));
    for (const [i, { name, data: bytes }] of saved.tensors.entries())
      expect(Buffer.compare(bytes as Buffer, kept.tensors[i]!.data as Buffer), name).toBe(0);
    expect((await checkpoint.inspect(file)).state.steps).toBe(2);
    using other = make(device);
    await other.resume(file);
    for (const [name, values] of Object.entries(trainer.parameters()))
      expect(sameBits(other.parameters()[name]!, values), name).toBe(true);
  },
);

it('keeps the run that the trainer was resumed to, in the middle of an epoch', async () => {
  const folder = newFolder();
  const copy = join(folder, 'copy.safetensors');
  const run = () => ({
    epochs: 3,
    batchSize: 8,
    callbacks: [callbacks.earlyStopping({ metric: 'loss', patience: 9 })],
  });
  using rows = classes();
  using plain = makeSmall();
  const checkpointed = { ...run(), checkpoint: { folder: join(folder, 'run'), ...everyStep } };
  const expected = endOf(plain, await plain.fit(rows, checkpointed));
  const middle = readdirSync(join(folder, 'run')).find((name) => name.includes('step-11'))!;
  using saving = makeSmall();
  const found = await saving.resume(join(folder, 'run', middle));
  expect(found).toMatchObject({ step: 11, epoch: 1, stepInEpoch: 4 });
  await saving.save(copy);
  using trainer = makeSmall();
  expect(await trainer.resume(copy)).toMatchObject({ step: 11, epoch: 1, stepInEpoch: 4 });
  expect(endOf(trainer, await trainer.fit(rows, run()))).toEqual(expected);
});

it('ends where the trainer is disposed of meanwhile, and leaves the old file', async () => {
  const folder = newFolder();
  const file = join(folder, 'saved.safetensors');
  const trainer = make();
  await trainer.save(file);
  const before = readFileSync(file);
  const saving = failure(() => trainer.save(file));
  trainer.dispose();
  expect((await saving).code).toBe('DISPOSED');
  expect(readdirSync(folder)).toEqual(['saved.safetensors']);
  expect(readFileSync(file).equals(before)).toBe(true);
});

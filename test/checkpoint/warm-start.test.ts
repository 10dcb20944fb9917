/** Weights come from files of other models, and from checkpoints. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nn } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { classes, make, model } from './runs.js';

it('loadWeights takes the weights of a checkpoint, and verifies it', async () => {
  const file = join(newFolder(), 'saved.safetensors');
  using train = classes();
  using trained = make();
  await trained.fit(train, { epochs: 1 });
  await trained.save(file);
  using trainer = make({ seed: 9 });
  const names = model.parameters.map(({ name }) => name);
  expect(await trainer.loadWeights(file)).toEqual({ loaded: names, kept: [], unused: [] });
  expect(trainer.parameters()).toEqual(trained.parameters());
  expect(trainer.steps).toBe(0);
  const bytes = readFileSync(file);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  expect((await failure(() => trainer.loadWeights(file))).code).toBe('CHECKSUM');
});

it("match: 'overlap' takes what fits, and tells what does not", async () => {
  const file = join(newFolder(), 'weights.safetensors');
  using first = make();
  await first.saveWeights(file);
  const more = nn.sequential({ input: [5] }, nn.dense(7), nn.dense(4), nn.dense(2));
  using trainer = make({ model: more });
  const before = trainer.parameters();
  expect((await failure(() => trainer.loadWeights(file))).code).toBe('MISMATCH');
  expect(trainer.parameters()).toEqual(before);
  expect(await trainer.loadWeights(file, { match: 'overlap' })).toEqual({
    loaded: ['dense1.weight', 'dense1.bias'],
    kept: ['dense2.weight', 'dense2.bias', 'dense3.weight', 'dense3.bias'],
    unused: ['dense2.weight', 'dense2.bias'],
  });
  const after = trainer.parameters();
  expect(after['dense1.weight']).toEqual(first.parameters()['dense1.weight']);
  expect(after['dense2.weight']).toEqual(before['dense2.weight']);
  const none = nn.sequential({ input: [6] }, nn.dense(2));
  using other = make({ model: none });
  const overlap = () => other.loadWeights(file, { match: 'overlap' });
  expect((await failure(overlap)).code).toBe('MISMATCH');
  const wrong = () => other.loadWeights(file, { match: 'some' as never });
  expect((await failure(wrong)).code).toBe('RANGE');
});

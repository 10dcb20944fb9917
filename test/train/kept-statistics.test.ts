/** Running statistics in files, and batches that have too few rows for them. */
import '../oracle/cuda.js';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { dataset, deep, features, inOrder, make, shallow, values } from './batch-norms.js';

describe('running statistics', () => {
  const folder = newFolder();
  const file = join(folder, 'weights.safetensors');

  it('are saved with the weights and loaded, bit by bit', async () => {
    using trainer = make(deep);
    await trainer.fit(dataset(), { epochs: 2, batchSize: 10 });
    await trainer.saveWeights(file);
    using other = make(deep, { seed: 9 });
    await other.loadWeights(file);
    expect(other.statistics()).toEqual(trainer.statistics());
    expect(other.parameters()).toEqual(trainer.parameters());
    expect(await other.predict(values)).toEqual(await trainer.predict(values));
  });

  it('a file without them is refused, and nothing has changed', async () => {
    using plain = make(nn.sequential({ input: [features] }, nn.dense(3)));
    await plain.saveWeights(file);
    using trainer = make(
      nn.sequential(
        { input: [features] },
        nn.batchNorm({ scale: false, center: false }),
        nn.dense(3),
      ),
    );
    const before = { ...trainer.parameters(), ...trainer.statistics() };
    const error = await failure(() => trainer.loadWeights(file));
    expect([error.code, error.path]).toEqual(['MISSING', `${file}: batchNorm1.mean`]);
    expect({ ...trainer.parameters(), ...trainer.statistics() }).toEqual(before);
  });

  it('are kept in checkpoints: a run goes on from one in the same bits', async () => {
    const options = { epochs: 3, batchSize: 10 };
    using plain = make(deep);
    await plain.fit(dataset(), options);
    using stopped = make(deep);
    await stopped.fit(dataset(), {
      ...options,
      checkpoint: { folder, everySteps: 4, everyEpochs: 99, waits: true },
    });
    using other = make(deep);
    await other.resume(folder);
    await other.fit(dataset(), options);
    expect(other.statistics()).toEqual(plain.statistics());
    expect(other.parameters()).toEqual(plain.parameters());
  });

  it('are set by name, all or none', async () => {
    using trainer = make(shallow());
    const { 'batchNorm1.mean': mean, ...rest } = trainer.statistics();
    const wrong = { ...rest, 'batchNorm1.mean': new Float32Array(3) };
    expect((await failure(() => trainer.setStatistics(rest))).path).toBe(
      'statistics.batchNorm1.mean',
    );
    expect((await failure(() => trainer.setStatistics(wrong))).code).toBe('SHAPE');
    expect(trainer.statistics()['batchNorm1.mean']).toEqual(mean);
  });
});

describe('a batch of one row', () => {
  it.each([
    ['fit.batchSize', (trainer: Trainer) => trainer.fit(dataset(values, 17), inOrder)],
    [
      'fit.batchSize before epoch 0',
      (trainer: Trainer) => trainer.fit(dataset(), { epochs: 1, batchSize: () => 1 }),
    ],
    [
      'refreshStatistics.batchSize',
      (trainer: Trainer) => trainer.refreshStatistics(dataset(), { batchSize: 7 * 7 }),
    ],
    [
      'rows',
      (trainer: Trainer) => trainer.gradients(dataset(), Uint32Array.of(3), { training: true }),
    ],
  ])('is refused: %s', async (path, body) => {
    using trainer = make(shallow());
    const error = await failure(() => body(trainer));
    expect([error.code, error.path]).toEqual(['RANGE', path]);
    expect(error.message).toContain('batches of at least 2 rows');
    expect(trainer.steps).toBe(0);
  });

  it('is left out on request, and will do where an example has several rows', async () => {
    using trainer = make(shallow());
    await trainer.fit(dataset(values, 17), { ...inOrder, last: 'drop' });
    expect(trainer.steps).toBe(1);
    const model = nn.sequential({ input: [2, 2] }, nn.batchNorm());
    using images = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
    const set = data.fromArrays({
      inputs: values.slice(0, 12),
      shape: [3, 2, 2],
      labels: values.slice(0, 12),
    });
    await images.fit(set, { epochs: 1, batchSize: 1 });
    expect(images.steps).toBe(3);
  });
});

/** Wrong calls of a trainer, and its description as JSON. */
import { describe, expect, it } from 'vitest';
import { type TrainerJson, Trainer, average, data, nn, optim } from '../../src/index.js';
import { classes, code, make, model } from './classes.js';

describe('misuse', () => {
  it('is refused by code', async () => {
    using train = classes();
    using trainer = make();
    const fit = (options: object) => code(trainer.fit(train, { epochs: 1, ...options }));
    expect(await fit({ epochs: 0 })).toBe('RANGE');
    expect(await fit({ epochs: 1.5 })).toBe('TYPE');
    expect(await fit({ batchSize: 0 })).toBe('RANGE');
    expect(await fit({ batchsize: 5 })).toBe('UNKNOWN_OPTION');
    expect(await fit({ batchSize: 301, last: 'drop' })).toBe('EMPTY_EPOCH');
    expect(await code(trainer.fit({} as never, { epochs: 1 }))).toBe('TYPE');
    using narrow = data.fromArrays({
      inputs: new Float32Array(4),
      shape: [2, 2],
      labels: new Int32Array(2),
    });
    expect(await code(trainer.fit(narrow, { epochs: 1 }))).toBe('SHAPE');
    using unlabelled = data.fromArrays({ inputs: new Float32Array(12), shape: [2, 6] });
    expect(await code(trainer.fit(unlabelled, { epochs: 1 }))).toBe('SHAPE');
    using far = data.fromArrays({
      inputs: new Float32Array(12),
      shape: [2, 6],
      labels: Int32Array.of(0, 3),
    });
    expect(await code(trainer.fit(far, { epochs: 1 }))).toBe('RANGE');
    expect(await code(trainer.predict(new Float32Array(7)))).toBe('SHAPE');
    expect(await code(() => make({ seed: 1.5 }))).toBe('SEED');
    expect(await code(() => make({ device: 'cuda:0' }))).toBe('NO_DEVICE');
    expect(await code(() => make({ model: {} as never }))).toBe('TYPE');
    expect(trainer.steps).toBe(0);
  });

  it('a model that ends in what its loss applies is refused, for it would be twice', async () => {
    const ends = [
      ['softmaxCrossEntropy', nn.softmax(), 'MISMATCH'],
      ['softmaxCrossEntropy', nn.relu(), 'nothing was thrown'],
      ['sigmoidCrossEntropy', nn.sigmoid(), 'MISMATCH'],
      ['sigmoidCrossEntropy', nn.dense(3, { activation: 'sigmoid' }), 'MISMATCH'],
      ['meanSquaredError', nn.softmax(), 'nothing was thrown'],
    ] as const;
    for (const [loss, last, expected] of ends) {
      const ending = nn.sequential({ input: [6] }, nn.dense(3), last);
      expect(await code(() => make({ loss, model: ending }))).toBe(expected);
    }
  });

  it('labels that do not fit are told what would', async () => {
    using trainer = make();
    using unlabelled = data.fromArrays({ inputs: new Float32Array(12), shape: [2, 6] });
    await expect(Promise.resolve(trainer.fit(unlabelled, { epochs: 1 }))).rejects.toThrow(
      'expected class indices (Int32Array), or 3 values a row (Float32Array), one for each output of the model for `dataset.labels`, received no labels',
    );
  });

  it('a second call while one runs is BUSY, and leaves the first alone', async () => {
    using train = classes();
    using trainer = make();
    const first = trainer.fit(train, { epochs: 20 });
    expect(await code(trainer.fit(train, { epochs: 1 }))).toBe('BUSY');
    expect(await code(trainer.minimize(train, optim.lbfgs()))).toBe('BUSY');
    expect(await code(() => trainer.setParameters({}))).toBe('BUSY');
    expect((await first).epochs).toHaveLength(20);
  });

  it('disposal ends a run, and later calls are DISPOSED', async () => {
    using train = classes();
    const trainer = make();
    const running = trainer.fit(train, { epochs: 1_000_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    trainer.dispose();
    trainer.dispose();
    expect((await running).reason).toBe('aborted');
    expect(await code(trainer.fit(train, { epochs: 1 }))).toBe('DISPOSED');
    train.dispose();
    using other = make();
    expect(await code(other.fit(train, { epochs: 1 }))).toBe('DISPOSED');
  });
});

describe('JSON.stringify', () => {
  const written = (trainer: Trainer) => JSON.parse(JSON.stringify(trainer)) as TrainerJson;

  it('describes a trainer and how far it is, without weights, at any time', async () => {
    const trainer = make({
      seed: 2n ** 63n,
      clip: { globalNorm: 1 },
      device: 'cpu:baseline',
      optimizer: optim.adam({ learningRate: () => 0.01 }),
      average: average.ema(),
    });
    const fresh = written(trainer);
    expect(fresh).toMatchObject({
      loss: { kind: 'softmaxCrossEntropy' },
      seed: '9223372036854775808',
      device: 'cpu:baseline',
      clip: { globalNorm: 1 },
      nonFinite: 'stop',
      optimizer: { kind: 'adam', learningRate: { $function: true } },
      average: { kind: 'ema' },
      steps: 0,
      epochs: 0,
      averaged: 0,
    });
    expect(nn.fromJSON(fresh.model as nn.SequentialJson).parameterCount).toBe(model.parameterCount);
    const during: TrainerJson[] = [];
    const onEvent = (): unknown => during.push(written(trainer));
    await trainer.fit(classes(), { epochs: 3, batchSize: 100, onEvent });
    expect(during.length).toBeGreaterThan(3);
    const after = { ...fresh, steps: 9, epochs: 3, averaged: 9 };
    expect(written(trainer)).toEqual(after);
    trainer.dispose();
    expect(written(trainer)).toEqual(after);
  });
});

/** Some runs are allowed but useless: they warn, and the warnings differ by cause. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type EpochRecord,
  Trainer,
  checkpoint,
  data,
  nn,
  optim,
  schedule,
  tune,
} from '../../../src/index.js';
import { newFolder } from '../../new-folder.js';
import { floats, generator } from '../../oracle/random.js';

const rows = 120;
const inputs = floats(generator(1), rows * 3);
const regression = (scale: number, offset = 0): data.Dataset =>
  data.fromArrays({
    inputs,
    shape: [rows, 3],
    labels: Float32Array.from({ length: rows }, (_, i) => offset + scale * inputs[3 * i]!),
  });
const regressor = (loss: 'meanSquaredError' | 'huber' = 'meanSquaredError') =>
  new Trainer({
    model: nn.sequential({ input: [3] }, nn.dense(16, { activation: 'relu' }), nn.dense(1)),
    loss,
    optimizer: optim.adam(),
    seed: 2,
  });

async function warnings(trainer: Trainer, set: data.Dataset, epochs = 1): Promise<string[]> {
  const codes: string[] = [];
  await trainer.fit(set, {
    epochs,
    onEvent: (event) => event.type === 'warning' && codes.push(event.code),
  });
  return codes;
}

describe('large targets', () => {
  it.each([
    [1e5, 0, true],
    [1, 1e5, true],
    [1, -2000, true],
    [300, 0, false],
    [1, 0, false],
  ])('scaled by %d around %d: the run warns %s', async (scale, offset, warns) => {
    for (const loss of ['meanSquaredError', 'huber'] as const) {
      using trainer = regressor(loss);
      const codes = await warnings(trainer, regression(scale, offset));
      expect(codes).toEqual(warns ? ['LARGE_TARGETS'] : []);
    }
  });

  it.each([1, 1e5])('scaled by %d: sanityCheck does not blame the gradients', async (scale) => {
    using trainer = regressor();
    const { checks } = await tune.sanityCheck(trainer, regression(scale));
    expect(checks.find(({ name }) => name === 'gradients')).toMatchObject({ passed: true });
    expect(checks.every(({ passed }) => passed)).toBe(scale === 1);
  });
});

it('warns once where every step of an epoch was skipped', async () => {
  const bad = data.fromArrays({
    inputs: new Float32Array(8).fill(NaN),
    shape: [4, 2],
    labels: new Int32Array(4),
  });
  const make = () =>
    new Trainer({
      model: nn.sequential({ input: [2] }, nn.dense(2)),
      loss: 'softmaxCrossEntropy',
      optimizer: optim.adam(),
      nonFinite: 'skip',
    });
  using trainer = make();
  expect(await warnings(trainer, bad, 5)).toEqual(['ALL_SKIPPED']);
  using some = make();
  const half = data.fromArrays({
    inputs: Float32Array.from({ length: 128 }, (_, i) => (i === 0 ? NaN : 1)),
    shape: [64, 2],
    labels: new Int32Array(64),
  });
  expect(await warnings(some, half)).toEqual([]);
});

describe('any number of the validation', () => {
  const set = data.fromArrays({
    inputs,
    shape: [rows, 3],
    labels: Int32Array.from({ length: rows }, (_, i) => (inputs[3 * i]! > 0.3 ? 1 : 0)),
  });
  const make = (learningRate: number | schedule.Schedule) =>
    new Trainer({
      model: nn.sequential({ input: [3] }, nn.dense(2)),
      loss: 'softmaxCrossEntropy',
      optimizer: optim.sgd({ learningRate }),
      seed: 3,
    });
  const f1Of = (epochs: readonly EpochRecord[]) =>
    epochs.map(({ validation }) => validation!.metrics!['f1'] as number);

  it('chooses the best checkpoint', async () => {
    using trainer = make(2);
    const folder = newFolder();
    const { epochs } = await trainer.fit(set, {
      epochs: 8,
      validation: set,
      metrics: ['f1'],
      checkpoint: { folder, everyEpochs: 1, keepLast: 1, keepBest: 1, bestBy: 'validation.f1' },
    });
    const f1 = f1Of(epochs);
    const best = f1.indexOf(Math.max(...f1));
    const files = readdirSync(folder).filter((name) => name.startsWith('checkpoint-'));
    const ended = await Promise.all(
      files.map(
        async (file) => (await checkpoint.inspect(join(folder, file))).state.history.length,
      ),
    );
    expect(ended).toContain(best + 1);
  });

  it('is what a plateau waits for, the higher the better', async () => {
    const rate = schedule.plateau({
      initial: 1,
      factor: 0.5,
      patience: 1,
      threshold: 0,
      metric: 'validation.f1',
    });
    using trainer = make(rate);
    const { epochs } = await trainer.fit(set, {
      epochs: 12,
      batchSize: rows,
      validation: set,
      metrics: ['f1'],
    });
    const f1 = f1Of(epochs);
    let [best, waited, expected] = [-Infinity, 0, 1];
    epochs.forEach(({ learningRate }, i) => {
      expect(learningRate).toBe(expected);
      if (f1[i]! > best) [best, waited] = [f1[i]!, 0];
      else waited++;
      if (waited > 1) [expected, waited] = [expected / 2, 0];
    });
    expect(expected).toBeLessThan(1);
  });

  it('below 0 has a relative threshold that is a gain', () => {
    const plateau = schedule.plateau({
      initial: 1,
      factor: 0.5,
      patience: 0,
      threshold: 0.1,
      metric: 'validation.r2',
    });
    const history = [-10, -9.5, -8].map((r2) => ({
      loss: 1,
      validation: { loss: 1, metrics: { r2 } },
    }));
    const at = (count: number) =>
      schedule.valueAt(plateau, { step: 0, epoch: count, history: history.slice(0, count) });
    expect([1, 2, 3].map(at)).toEqual([1, 0.5, 0.5]);
    const loss = schedule.plateau({
      initial: 1,
      factor: 0.5,
      patience: 0,
      threshold: 0.1,
      metric: 'loss',
    });
    const falling = [-10, -10.5, -12].map((value) => ({ loss: value }));
    expect(
      [1, 2, 3].map((count) =>
        schedule.valueAt(loss, { step: 0, epoch: count, history: falling.slice(0, count) }),
      ),
    ).toEqual([1, 0.5, 0.5]);
  });
});

/** Labels that a loss cannot read are refused before the first step, by data set and row. */
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { hasCuda } from '../oracle/cuda.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const rows = 2000;
const inputs = floats(generator(1), rows);
const setOf = (labels: Int32Array | Float32Array) =>
  data.fromArrays({ inputs, shape: [rows, 1], labels });
const make = (
  loss: 'softmaxCrossEntropy' | 'sigmoidCrossEntropy',
  outputs: number,
  device: DeviceName = 'cpu',
) =>
  new Trainer({
    model: nn.sequential({ input: [1] }, nn.dense(outputs)),
    loss,
    device,
    optimizer: optim.sgd({ learningRate: 0.1 }),
  });
const classes = (change: Record<number, number> = {}) =>
  setOf(Int32Array.from({ length: rows }, (_, i) => change[i] ?? i % 26));

describe.each<DeviceName>(['reference', 'cpu', ...(hasCuda ? (['cuda'] as const) : [])])(
  'class indices on %s',
  (device) => {
    it.each([26, -1, 2 ** 31 - 1, -(2 ** 31)])(
      'refuses %i, in the row it stands in',
      async (label) => {
        using trainer = make('softmaxCrossEntropy', 26, device);
        const before = trainer.parameters();
        const bad = classes({ 1500: label, 1600: label });
        const expected = { code: 'RANGE', received: String(label), expected: 'a class in [0, 26)' };
        const fits = [
          ['dataset', () => trainer.fit(bad, { epochs: 1, batchSize: 8, validation: classes() })],
          ['fit.validation', () => trainer.fit(classes(), { epochs: 1, validation: bad })],
          ['dataset', () => trainer.evaluate(bad)],
          ['dataset', () => trainer.gradients(bad, Uint32Array.of(0))],
          ['dataset', () => trainer.minimize(bad, optim.lbfgs())],
        ] as const;
        for (const [name, call] of fits)
          expect(await failure(async () => call())).toMatchObject({
            ...expected,
            path: `label of row 1500 of ${name}`,
          });
        expect(trainer.steps).toBe(0);
        expect(trainer.parameters()).toEqual(before);
        await trainer.fit(classes(), { epochs: 1, validation: classes({ 3: 25 }) });
      },
    );
  },
);

/** Makes rows that are all the same, except one. */
function dense(usual: readonly number[], row: number, values: readonly number[]): data.Dataset {
  const all = new Float32Array(rows * usual.length);
  for (let i = 0; i < rows; i++) all.set(i === row ? values : usual, i * usual.length);
  return setOf(all);
}

it.each([
  ['sigmoidCrossEntropy', [1], [-1], '(y + 1) / 2'],
  ['sigmoidCrossEntropy', [0], [255], 'y / 255'],
  ['sigmoidCrossEntropy', [0, 1], [1, 1.001], 'scale the labels'],
  ['sigmoidCrossEntropy', [0, 1], [Infinity, 0], 'scale the labels'],
  ['softmaxCrossEntropy', [1, 0], [-1, 1], 'class indices'],
  ['softmaxCrossEntropy', [0.5, 0.5], [0, 0], 'leave rows without a class out'],
  ['softmaxCrossEntropy', [0.3, 0.7], [100, 0], 'divide each row by its sum'],
  ['softmaxCrossEntropy', [0.3, 0.7], [0.9, 0.9], 'divide each row by its sum'],
] as const)('%s refuses %j beside %j', async (loss, usual, wrong, remedy) => {
  using trainer = make(loss, usual.length);
  using bad = dense(usual, 1999, wrong);
  using good = dense(usual, 0, usual);
  const error = await failure(async () => trainer.fit(bad, { epochs: 1 }));
  expect(error).toMatchObject({ code: 'RANGE', path: 'label of row 1999 of dataset' });
  expect(error.remedy).toContain(remedy);
  const validation = await failure(async () => trainer.fit(good, { epochs: 1, validation: bad }));
  expect(validation.path).toBe('label of row 1999 of fit.validation');
  expect(trainer.steps).toBe(0);
  await trainer.fit(good, { epochs: 1, validation: good });
});

it('takes smoothed labels, percents that were rounded, and the borders', async () => {
  for (const row of [
    [0.9, 0.05, 0.05],
    [0.33, 0.33, 0.33],
    [0, 1, 0],
  ]) {
    using trainer = make('softmaxCrossEntropy', 3);
    await trainer.fit(dense(row, 0, row), { epochs: 1 });
  }
  using trainer = make('sigmoidCrossEntropy', 2);
  await trainer.fit(dense([0, 1], 5, [0.5, 0.25]), { epochs: 1 });
});

it('leaves NaN to the policy, as other numbers that are none', async () => {
  using trainer = make('sigmoidCrossEntropy', 1);
  const error = await failure(async () => trainer.fit(dense([1], 7, [NaN]), { epochs: 1 }));
  expect(error.code).toBe('NONFINITE');
});

describe('a layer or loss with a constant output', () => {
  it('a softmax of one output is refused, by the loss and as a layer', async () => {
    expect(await failure(() => make('softmaxCrossEntropy', 1))).toMatchObject({
      code: 'MISMATCH',
      path: 'model',
      remedy: 'for two classes end in nn.dense(2), or take sigmoidCrossEntropy with labels 0 and 1',
    });
    make('sigmoidCrossEntropy', 1).dispose();
    const layer = () => nn.sequential({ input: [3] }, nn.dense(1), nn.softmax());
    expect(await failure(layer)).toMatchObject({ code: 'SHAPE', path: 'layers[1]' });
  });

  it('a norm over one feature is refused; over the rows of one it is not', async () => {
    const norm = (layer: nn.Layer) => nn.sequential({ input: [3] }, nn.dense(1), layer);
    expect(await failure(() => norm(nn.layerNorm()))).toMatchObject({
      code: 'SHAPE',
      path: 'layers[1]',
    });
    expect(norm(nn.batchNorm()).parameterCount).toBe(6);
    const inside = () => norm(nn.residual([nn.layerNorm()]));
    expect(await failure(inside)).toMatchObject({ path: 'layers[1].layers[0]' });
  });
});

/** Outputs and gradients of every layer and loss, on every device, agree with float64. */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, loss, nn, optim } from '../../src/index.js';
import type { Loss } from '../../src/loss/loss.js';
import { activationNames as fused, layerActivations } from '../../src/nn/activation.js';
import { kindNames } from '../../src/nn/kinds.js';
import type { Sequential } from '../../src/nn/sequential.js';
import { differences, forward, meanLoss } from '../oracle/network.js';
import { floats, generator, largestError } from '../oracle/random.js';
import { inputs, models, norms, outputs } from './gradient-models.js';
import { grouped, pictures as plain, series } from './window-models.js';

const rows = 7;
const pictures = [...plain, ...grouped];
const lossCases: readonly (readonly [string, Loss, boolean])[] = [
  ['softmaxCrossEntropy, classes', loss.softmaxCrossEntropy(), true],
  ['softmaxCrossEntropy, distributions', loss.softmaxCrossEntropy(), false],
  ['sigmoidCrossEntropy', loss.sigmoidCrossEntropy(), false],
  ['meanSquaredError', loss.meanSquaredError(), false],
  ['huber', loss.huber({ delta: 0.4 }), false],
];

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b);

/** Makes each row a distribution. */
function normalise(values: Float32Array, width: number): void {
  for (let first = 0; first < values.length; first += width) {
    const row = values.subarray(first, first + width);
    const sum = row.reduce((a, b) => a + b);
    row.forEach((value, i) => (row[i] = value / sum));
  }
}

function check(
  model: Sequential,
  kind: Loss,
  sparse: boolean,
  device: DeviceName,
  training = false,
): void {
  const random = generator(11);
  const [inputs, outputs] = [size(model.input), size(model.outputShape)];
  const indices = model.layers[0]!.layer as Partial<nn.EmbeddingLayer>;
  const x = floats(random, rows * inputs, 0.5).map((v) =>
    indices.kind === 'embedding' ? Math.floor(Math.abs(v) * 100) % indices.count! : v,
  );
  const classes = Int32Array.from({ length: rows }, () => Math.floor(random() * outputs));
  const values = Float32Array.from({ length: rows * outputs }, () => random() / outputs);
  if (kind.kind === 'softmaxCrossEntropy') normalise(values, outputs);
  const labels = sparse ? classes : values;
  using dataset = data.fromArrays({ inputs: x, shape: [rows, inputs], labels });
  using trainer = new Trainer({ model, loss: kind, optimizer: optim.sgd(), seed: 3, device });
  // The running statistics differ from those of the start; variances are positive.
  const statistics = Object.fromEntries(
    model.statistics.map(({ name, shape }) => [
      name,
      floats(random, shape[0]!, 0.3).map((v) => (name.endsWith('variance') ? 0.5 + v * v : v)),
    ]),
  );
  trainer.setStatistics(statistics);
  const weights = Object.fromEntries(
    Object.entries(trainer.parameters()).map(([name, array]) => [
      name,
      /scale|offset/.test(name) ? floats(random, array.length) : array,
    ]),
  );
  trainer.setParameters(weights);
  const wide = Object.fromEntries(
    Object.entries(weights).map(([name, array]) => [name, Float64Array.from(array)]),
  );
  const rowsOf = (array: ArrayLike<number>, width: number): number[][] =>
    Array.from({ length: rows }, (_, i) =>
      Array.from({ length: width }, (_, j) => array[i * width + j]!),
    );
  const wideLabels = sparse
    ? [...classes].map((label) => Array.from({ length: outputs }, (_, j) => Number(j === label)))
    : rowsOf(values, outputs);
  const f = (p: Readonly<Record<string, ArrayLike<number>>>): number =>
    meanLoss(model, { ...p, ...statistics }, rowsOf(x, inputs), wideLabels, kind, training);
  const expected = differences(wide, f);
  const got = trainer.gradients(
    dataset,
    Uint32Array.from({ length: rows }, (_, i) => i),
    { training },
  );
  expect(Math.abs(got.loss - f(wide))).toBeLessThan(2e-6 * (1 + Math.abs(f(wide))));
  for (const [name, gradient] of Object.entries(got.gradients))
    expect(largestError(gradient, expected[name]!, 0.1), name).toBeLessThan(2e-5);
}

const devices: DeviceName[] = [
  'reference',
  'cpu',
  'cpu:baseline',
  ...(hasCuda ? (['cuda'] as const) : []),
];

it('every kind of layer and every activation is tried', () => {
  const tried = new Set<string>();
  const look = (layers: readonly nn.PlacedLayer[]): void => {
    for (const { layer, layers: inner = [] } of layers) {
      tried.add(layer.kind);
      const { activation } = layer as { readonly activation?: string };
      if (activation !== undefined) tried.add(`${layer.kind} ${activation}`);
      look(inner);
    }
  };
  for (const [, { layers }] of [...models, ...norms, ...pictures, ...series]) look(layers);
  const wanted = [
    ...kindNames(),
    ...fused.map((name) => `dense ${name}`),
    ...layerActivations.map((name) => `activation ${name}`),
  ];
  expect(wanted.filter((name) => !tried.has(name))).toEqual([]);
});

describe.each(devices)('on %s', (device) => {
  // One picture's patches are a third of a group, so 7 rows make three groups.
  it('a convolution adds up the gradients of several groups of pictures', () => {
    const model = nn.sequential(
      { input: [36, 36, 8] },
      nn.conv2d(2, { kernel: 3, activation: 'gelu' }),
      nn.flatten(),
    );
    const random = generator(6);
    const inputs = floats(random, rows * size(model.input), 0.3);
    const labels = floats(random, rows * size(model.outputShape));
    using set = data.fromArrays({ inputs, shape: [rows, ...model.input], labels });
    using trainer = new Trainer({
      model,
      loss: 'meanSquaredError',
      optimizer: optim.sgd(),
      device,
    });
    const one = (row: number) => trainer.gradients(set, Uint32Array.of(row)).gradients;
    const each = Array.from({ length: rows }, (_, row) => one(row));
    const { gradients } = trainer.gradients(set, Uint32Array.from(each.keys()));
    for (const [name, gradient] of Object.entries(gradients)) {
      const mean = gradient.map((_, i) => each.reduce((sum, g) => sum + g[name]![i]! / rows, 0));
      expect(largestError(gradient, mean, 0.01), name).toBeLessThan(2e-5);
    }
  });

  it.each(models)('%s', (_, model) => check(model, loss.meanSquaredError(), false, device));
  it.each(norms)('%s', (_, model) => check(model, loss.meanSquaredError(), false, device));
  it.each([...pictures, ...series])('%s', (_, model) =>
    check(model, loss.meanSquaredError(), false, device),
  );
  it.each([...norms, ...pictures, ...series])('%s, training', (_, model) =>
    check(model, loss.meanSquaredError(), false, device, true),
  );
  it.each(lossCases)('%s', (_, kind, sparse) =>
    check(nn.sequential({ input: [inputs] }, nn.dense(outputs)), kind, sparse, device),
  );

  it('predicts what the formulas say, at odd sizes', async () => {
    for (const [count, width, units] of [
      [1, 1, 1],
      [130, 3, 33],
      [3, 784, 10],
    ] as const) {
      const random = generator(count);
      const model = nn.sequential({ input: [width] }, nn.dense(units, { activation: 'tanh' }));
      using trainer = new Trainer({
        model,
        loss: 'meanSquaredError',
        optimizer: optim.sgd(),
        device,
      });
      const x = floats(random, count * width, 0.1);
      const y = await trainer.predict(x, { batchSize: 64 });
      const expected = Array.from({ length: count }, (_, i) =>
        forward(model, trainer.parameters(), [...x.subarray(i * width, (i + 1) * width)]),
      ).flat();
      expect(largestError(y, expected, 1)).toBeLessThan(5e-6);
    }
  });
});

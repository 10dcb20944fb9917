/** Layers, losses and a whole training run agree with TensorFlow.js. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import type { LossName } from '../../src/loss/loss.js';
import { floats, generator, largestError } from '../oracle/random.js';
import { type Tfjs, loadReference } from './tfjs.js';

let tf: Tfjs;
beforeAll(async () => {
  ({ tf } = await loadReference());
});

type T = ReturnType<Tfjs['tensor']>;
const rows = 32;
const [inputs, hidden, outputs] = [20, 16, 5];

const activations: readonly (readonly [nn.ActivationName, (x: T) => T])[] = [
  ['relu', (x) => tf.relu(x)],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.01)],
  ['sigmoid', (x) => tf.sigmoid(x)],
  ['tanh', (x) => tf.tanh(x)],
  ['silu', (x) => tf.mul(x, tf.sigmoid(x))],
  ['elu', (x) => tf.elu(x)],
  ['selu', (x) => tf.selu(x)],
  ['softplus', (x) => tf.softplus(x)],
  ['hardSwish', (x) => tf.div(tf.mul(x, tf.relu6(tf.add(x, 3))), 6)],
  ['mish', (x) => tf.mul(x, tf.tanh(tf.softplus(x)))],
];
/** TensorFlow.js's losses average over all elements, as ours; cross entropy over rows. */
const lossFunctions: Readonly<Record<LossName, (y: T, label: T) => T>> = {
  softmaxCrossEntropy: (y, label) => tf.losses.softmaxCrossEntropy(label, y),
  sigmoidCrossEntropy: (y, label) => tf.losses.sigmoidCrossEntropy(label, y),
  meanSquaredError: (y, label) => tf.losses.meanSquaredError(label, y),
  huber: (y, label) => tf.losses.huberLoss(label, y),
};

function makeCase(activation: nn.ActivationName, loss: LossName) {
  const random = generator(5);
  const x = floats(random, rows * inputs);
  const labels = Float32Array.from({ length: rows * outputs }, () => random());
  // TensorFlow.js's gradient of this loss assumes that each row of labels sums to 1.
  if (loss === 'softmaxCrossEntropy')
    for (let i = 0; i < labels.length; i += outputs) {
      const row = labels.subarray(i, i + outputs);
      const sum = row.reduce((a, b) => a + b);
      row.forEach((value, j) => (row[j] = value / sum));
    }
  const model = nn.sequential(
    { input: [inputs] },
    nn.dense(hidden, { activation }),
    nn.dense(outputs),
  );
  const dataset = data.fromArrays({ inputs: x, shape: [rows, inputs], labels });
  const trainer = new Trainer({ model, loss, optimizer: optim.sgd(), seed: 8 });
  return { x, labels, dataset, trainer };
}

/** Returns loss and gradients of the same network in TensorFlow.js. */
function theirs(
  parameters: Record<string, Float32Array>,
  x: Float32Array,
  labels: Float32Array,
  activate: (x: T) => T,
  loss: (y: T, label: T) => T,
) {
  return tf.tidy(() => {
    const shapes = {
      'dense1.weight': [inputs, hidden],
      'dense1.bias': [hidden],
      'dense2.weight': [hidden, outputs],
      'dense2.bias': [outputs],
    };
    const tensors = Object.entries(shapes).map(([name, shape]) =>
      tf.tensor(parameters[name]!, shape),
    );
    const xs = tf.tensor2d(x, [rows, inputs]);
    const ys = tf.tensor2d(labels, [rows, outputs]);
    const run = (w1: T, b1: T, w2: T, b2: T): T =>
      loss(tf.add(tf.matMul(activate(tf.add(tf.matMul(xs, w1), b1)), w2), b2), ys);
    const { value, grads } = tf.valueAndGrads(run as never)(tensors as never) as unknown as {
      value: T;
      grads: T[];
    };
    return { loss: value.dataSync()[0]!, gradients: grads.map((grad) => grad.dataSync()) };
  });
}

describe('forward and gradients', () => {
  const pairs = activations.flatMap(([name, activate]) =>
    (Object.keys(lossFunctions) as LossName[]).map((loss) => [name, loss, activate] as const),
  );
  it.each(pairs)('dense with %s under %s', (activation, loss, activate) => {
    const { x, labels, dataset, trainer } = makeCase(activation, loss);
    const ours = trainer.gradients(
      dataset,
      Uint32Array.from({ length: rows }, (_, i) => i),
    );
    const expected = theirs(trainer.parameters(), x, labels, activate, lossFunctions[loss]);
    // The products sum some 20 terms of float32 in another order.
    expect(Math.abs(ours.loss - expected.loss)).toBeLessThan(5e-6 * (1 + expected.loss));
    Object.values(ours.gradients).forEach((gradient, i) =>
      expect(largestError(gradient, expected.gradients[i]!, 0.05)).toBeLessThan(2e-5),
    );
    trainer.dispose();
    dataset.dispose();
  });
});

it('dense layers and softmax over the last dimension of pictures', () => {
  const random = generator(6);
  const shape = [3, 4, 5] as const;
  const x = floats(random, rows * 60);
  const labels = new Float32Array(rows * 24);
  using dataset = data.fromArrays({ inputs: x, shape: [rows, ...shape], labels });
  const model = nn.sequential(
    { input: shape },
    nn.dense(6, { activation: 'tanh' }),
    nn.softmax(),
    nn.dense(2),
  );
  using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd(), seed: 3 });
  const ours = trainer.gradients(
    dataset,
    Uint32Array.from({ length: rows }, (_, i) => i),
  );
  const { value, gradients } = tf.tidy(() => {
    const network = tf.sequential({
      layers: [
        tf.layers.dense({ units: 6, activation: 'tanh', inputShape: [...shape] }),
        tf.layers.softmax({ axis: -1 }),
        tf.layers.dense({ units: 2 }),
      ],
    });
    const weights = Object.values(trainer.parameters());
    network.setWeights(weights.map((w, i) => tf.tensor(w, network.weights[i]!.shape as number[])));
    const cost = () => tf.mean(tf.square(network.apply(tf.tensor4d(x, [rows, ...shape])) as T));
    const found = tf.variableGrads(cost as never);
    const named = network.weights.map(({ name }) => found.grads[name]!.dataSync());
    return { value: found.value.dataSync()[0]!, gradients: named };
  });
  expect(Math.abs(ours.loss - value)).toBeLessThan(5e-6);
  Object.values(ours.gradients).forEach((gradient, i) =>
    expect(largestError(gradient, gradients[i]!, 0.01)).toBeLessThan(2e-5),
  );
});

it('a whole run from the same weights and batches, loss by loss', async () => {
  const { x, labels, dataset, trainer: fresh } = makeCase('relu', 'meanSquaredError');
  const start = fresh.parameters();
  fresh.dispose();
  using trainer = new Trainer({
    model: fresh.model,
    loss: 'meanSquaredError',
    optimizer: optim.adam({ learningRate: 0.01, compat: 'tfjs' }),
  });
  trainer.setParameters(start);
  const variables = Object.entries(start).map(([name, value], i) =>
    tf.variable(
      tf.tensor(value.slice(), [[inputs, hidden], [hidden], [hidden, outputs], [outputs]][i]!),
      true,
      name,
    ),
  );
  const adam = tf.train.adam(0.01);
  const xs = tf.tensor2d(x.slice(), [rows, inputs]);
  const ys = tf.tensor2d(labels.slice(), [rows, outputs]);
  for (let step = 0; step < 200; step++) {
    const { epochs } = await trainer.fit(dataset, { epochs: 1, batchSize: 'full', shuffle: false });
    const cost = adam.minimize(() => {
      const [w1, b1, w2, b2] = variables as unknown as [T, T, T, T];
      const y = tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(xs, w1), b1)), w2), b2);
      return tf.losses.meanSquaredError(ys, y) as never;
    }, true)!;
    const expected = cost.dataSync()[0]!;
    expect(Math.abs(epochs[0]!.loss - expected) / expected, `step ${step}`).toBeLessThan(1e-3);
  }
  dataset.dispose();
});

describe('norms', () => {
  const [epsilon, momentum] = [1e-3, 0.9];
  const random = generator(12);
  const x = floats(random, rows * inputs);
  const labels = floats(random, rows * outputs);
  const build = (norm: nn.Layer) =>
    nn.sequential(
      { input: [inputs] },
      nn.dense(hidden, { useBias: false }), // the mean of a batch takes it away
      norm,
      nn.tanh(),
      nn.dense(outputs),
    );
  const layerOf = {
    batchNorm: [
      () => nn.batchNorm({ epsilon, momentum, variance: 'biased' }),
      () => tf.layers.batchNormalization({ epsilon, momentum }),
    ],
    layerNorm: [() => nn.layerNorm({ epsilon }), () => tf.layers.layerNormalization({ epsilon })],
  } as const;

  it.each(['batchNorm', 'layerNorm'] as const)(
    '%s: forward, gradients and running statistics through a run of steps',
    async (kind) => {
      const [ours, theirs] = layerOf[kind];
      const optimizer = optim.sgd({ learningRate: 0.3 });
      using trainer = new Trainer({ model: build(ours()), loss: 'meanSquaredError', optimizer });
      using dataset = data.fromArrays({ inputs: x, shape: [rows, inputs], labels });
      const model = tf.sequential();
      model.add(tf.layers.dense({ units: hidden, inputShape: [inputs], useBias: false }));
      model.add(theirs());
      model.add(tf.layers.activation({ activation: 'tanh' }));
      model.add(tf.layers.dense({ units: outputs }));
      model.compile({ optimizer: tf.train.sgd(0.3), loss: 'meanSquaredError' });
      const xs = tf.tensor2d(x.slice(), [rows, inputs]);
      const ys = tf.tensor2d(labels.slice(), [rows, outputs]);
      const tensors = model.getWeights().map(({ shape }) => shape);
      // Keras's order is kernel, gamma, beta, kernel, bias; the moving statistics come last.
      const start = { ...trainer.parameters(), ...trainer.statistics() };
      model.setWeights(Object.values(start).map((w, i) => tf.tensor(w.slice(), tensors[i]!)));
      for (let step = 0; step < 20; step++) {
        const run = await trainer.fit(dataset, { epochs: 1, batchSize: 'full', shuffle: false });
        const loss = await model.trainOnBatch(xs, ys);
        expect(Math.abs(run.epochs[0]!.loss - Number(loss)), `step ${step}`).toBeLessThan(1e-5);
      }
      // Twenty steps of 0.3 times the gradients make an error in any of them visible.
      const found = { ...trainer.parameters(), ...trainer.statistics() };
      model.getWeights().forEach((expected, i) => {
        const [name, array] = Object.entries(found)[i]!;
        expect(largestError(array, expected.dataSync(), 0.1), name).toBeLessThan(1e-4);
        expect(largestError(array, start[name]!, 0.1), name).toBeGreaterThan(1e-2);
      });
      const predicted = (model.predict(xs) as unknown as T).dataSync();
      expect(largestError(await trainer.predict(x), predicted, 1)).toBeLessThan(1e-4);
    },
  );
});

it('an embedding and a residual block: forward and gradients through a run of steps', async () => {
  const [words, length] = [9, 4];
  const random = generator(14);
  const x = Float32Array.from({ length: rows * length }, () => Math.floor(random() * words));
  const labels = floats(random, rows * outputs);
  const ours = nn.sequential(
    { input: [length] },
    nn.embedding(words, 5),
    nn.flatten(),
    nn.dense(hidden),
    nn.residual([nn.dense(hidden, { activation: 'tanh' })]),
    nn.dense(outputs),
  );
  const optimizer = optim.sgd({ learningRate: 0.3 });
  using trainer = new Trainer({ model: ours, loss: 'meanSquaredError', optimizer });
  using dataset = data.fromArrays({ inputs: x, shape: [rows, length], labels });
  const input = tf.input({ shape: [length] });
  const table = tf.layers.embedding({ inputDim: words, outputDim: 5 }).apply(input);
  const flat = tf.layers.flatten().apply(table);
  const before = tf.layers.dense({ units: hidden }).apply(flat) as never;
  const body = tf.layers.dense({ units: hidden, activation: 'tanh' }).apply(before) as never;
  const sum = tf.layers.add().apply([before, body]);
  const end = tf.layers.dense({ units: outputs }).apply(sum) as never;
  const model = tf.model({ inputs: input, outputs: end });
  model.compile({ optimizer: tf.train.sgd(0.3), loss: 'meanSquaredError' });
  const start = trainer.parameters();
  const shapes = model.getWeights().map(({ shape }) => shape);
  model.setWeights(Object.values(start).map((w, i) => tf.tensor(w.slice(), shapes[i]!)));
  const xs = tf.tensor2d(x.slice(), [rows, length]);
  const ys = tf.tensor2d(labels.slice(), [rows, outputs]);
  for (let step = 0; step < 20; step++) {
    await trainer.fit(dataset, { epochs: 1, batchSize: 'full', shuffle: false });
    await model.trainOnBatch(xs, ys);
  }
  const found = Object.entries(trainer.parameters());
  model.getWeights().forEach((expected, i) => {
    const [name, array] = found[i]!;
    expect(largestError(array, expected.dataSync(), 0.1), name).toBeLessThan(1e-4);
    expect(largestError(array, start[name]!, 0.1), name).toBeGreaterThan(1e-2);
  });
});

/** Convolutions, pools and a whole training run on pictures agree with TensorFlow.js. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator, largestError } from '../oracle/random.js';
import { type Tfjs, loadReference } from './tfjs.js';

let tf: Tfjs;
beforeAll(async () => {
  ({ tf } = await loadReference());
});

type T4 = ReturnType<Tfjs['tensor4d']>;
const rows = 3;
const picture = [7, 8, 3] as const;
const filters = 4;

interface Case {
  readonly kernel: [number, number];
  readonly stride: [number, number];
  readonly padding: 'valid' | 'same';
  readonly dilation?: [number, number];
}
const cases: readonly (readonly [string, Case])[] = [
  ['plain', { kernel: [3, 3], stride: [1, 1], padding: 'valid' }],
  ['with a border', { kernel: [3, 3], stride: [1, 1], padding: 'same' }],
  ['with an even kernel and a border', { kernel: [2, 4], stride: [1, 1], padding: 'same' }],
  ['in steps with a border', { kernel: [3, 2], stride: [2, 3], padding: 'same' }],
  ['in steps that leave a rest', { kernel: [2, 3], stride: [2, 2], padding: 'valid' }],
  ['with holes', { kernel: [3, 2], stride: [1, 1], padding: 'same', dilation: [2, 3] }],
];

/** Loss and gradients of a network that ends in the mean squared error against 0. */
function gradientsOf(layer: nn.Layer, x: Float32Array, weights: Record<string, Float32Array>) {
  const model = nn.sequential({ input: picture }, layer, nn.flatten());
  const outputs = model.outputShape[0]!;
  using set = data.fromArrays({
    inputs: x,
    shape: [rows, ...picture],
    labels: new Float32Array(rows * outputs),
  });
  using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
  trainer.setParameters(weights);
  return trainer.gradients(set, Uint32Array.of(0, 1, 2));
}

describe.each(cases)('%s', (_, { kernel, stride, padding, dilation = [1, 1] }) => {
  const random = generator(kernel[0] * 10 + stride[1]);
  const isDilated = dilation.some((each) => each > 1);
  const x = floats(random, rows * 7 * 8 * 3);

  it('a convolution has its loss and gradients', () => {
    const shape = [...kernel, 3, filters] as [number, number, number, number];
    const weight = floats(random, kernel[0] * kernel[1] * 3 * filters);
    const bias = floats(random, filters);
    const layer = nn.conv2d(filters, { kernel, stride, padding, dilation, activation: 'tanh' });
    const ours = gradientsOf(layer, x, { 'conv2d1.weight': weight, 'conv2d1.bias': bias });
    const theirs = tf.tidy(() => {
      const pictures = tf.tensor4d(x, [rows, ...picture]);
      const run = (w: T4, b: T4) => {
        const y = tf.conv2d(pictures, w, stride, padding, 'NHWC', dilation);
        return tf.mean(tf.square(tf.tanh(tf.add(y, b))));
      };
      const given = [tf.tensor4d(weight, shape), tf.tensor(bias) as T4] as const;
      // TensorFlow.js has no gradient of a convolution with holes.
      if (isDilated) return { loss: run(...given).dataSync()[0]!, gradients: [] };
      const { value, grads } = tf.valueAndGrads(run as never)(given as never) as unknown as {
        value: T4;
        grads: T4[];
      };
      return { loss: value.dataSync()[0]!, gradients: grads.map((grad) => grad.dataSync()) };
    });
    expect(Math.abs(ours.loss - theirs.loss)).toBeLessThan(2e-6);
    theirs.gradients.forEach((gradient, i) => {
      const own = Object.values(ours.gradients)[i]!;
      expect(largestError(own, gradient, 0.05)).toBeLessThan(2e-5);
    });
  });

  it.skipIf(isDilated)('pools have its outputs', async () => {
    for (const [layer, pool] of [
      [nn.maxPool2d({ kernel, stride, padding }), tf.maxPool],
      [nn.averagePool2d({ kernel, stride, padding }), tf.avgPool],
    ] as const) {
      const model = nn.sequential({ input: picture }, layer);
      using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
      const ours = await trainer.predict(x);
      const theirs = pool(tf.tensor4d(x, [rows, ...picture]), kernel, stride, padding);
      expect(theirs.shape.slice(1)).toEqual(model.outputShape);
      expect(largestError(ours, theirs.dataSync(), 1)).toBeLessThan(1e-6);
    }
  });
});

it('a small network trains to the losses of TensorFlow.js, step by step', async () => {
  const random = generator(4);
  const x = floats(random, rows * 7 * 8 * 3);
  const labels = floats(random, rows);
  const model = nn.sequential(
    { input: picture },
    nn.conv2d(filters, { kernel: 3, activation: 'relu', weightInitializer: 'heNormal' }),
    nn.maxPool2d({ kernel: 2 }),
    nn.flatten(),
    nn.dense(1),
  );
  using set = data.fromArrays({ inputs: x, shape: [rows, ...picture], labels });
  const optimizer = optim.adam({ learningRate: 0.01, compat: 'tfjs' });
  using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer, seed: 2 });
  const shapes = model.parameters.map(({ shape }) => [...shape]);
  const variables = Object.entries(trainer.parameters()).map(([name, value], i) =>
    tf.variable(tf.tensor(value.slice(), shapes[i]), true, name),
  );
  const adam = tf.train.adam(0.01);
  const [xs, ys] = [tf.tensor4d(x, [rows, ...picture]), tf.tensor2d(labels, [rows, 1])];
  for (let step = 0; step < 60; step++) {
    const { epochs } = await trainer.fit(set, { epochs: 1, batchSize: 'full', shuffle: false });
    const cost = adam.minimize(() => {
      const [w1, b1, w2, b2] = variables as unknown as [T4, T4, T4, T4];
      const seen = tf.maxPool(
        tf.relu(tf.add(tf.conv2d(xs, w1, 1, 'valid'), b1)) as T4,
        2,
        2,
        'valid',
      );
      const y = tf.add(tf.matMul(tf.reshape(seen, [rows, -1]), w2 as never), b2);
      return tf.losses.meanSquaredError(ys, y) as never;
    }, true)!;
    const expected = cost.dataSync()[0]!;
    expect(Math.abs(epochs[0]!.loss - expected) / (1e-3 + expected), `step ${step}`).toBeLessThan(
      2e-3,
    );
  }
});

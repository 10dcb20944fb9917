/** Depthwise convolutions, convolutions in groups and upsampling agree with TensorFlow.js. */
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
const picture = [7, 8, 4] as const;

/** Loss and gradients of a network that ends in the mean squared error against 0. */
function ours(layers: readonly nn.Layer[], x: Float32Array, weights: readonly Float32Array[]) {
  const model = nn.sequential({ input: picture }, ...layers, nn.flatten());
  const labels = new Float32Array(rows * model.outputShape[0]!);
  using set = data.fromArrays({ inputs: x, shape: [rows, ...picture], labels });
  using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
  const names = Object.keys(trainer.parameters());
  trainer.setParameters(Object.fromEntries(names.map((name, i) => [name, weights[i]!])));
  const { loss, gradients } = trainer.gradients(set, Uint32Array.of(0, 1, 2));
  return { loss, gradients: Object.values(gradients) };
}

/** Loss and gradients of a function in TensorFlow.js. */
function theirs(run: (x: T4, ...weights: T4[]) => T4, x: Float32Array, weights: readonly T4[]) {
  return tf.tidy(() => {
    const pictures = tf.tensor4d(x, [rows, ...picture]);
    const cost = (...given: T4[]) => tf.mean(tf.square(run(pictures, ...given)));
    const { value, grads } = tf.valueAndGrads(cost as never)(weights as never) as unknown as {
      value: T4;
      grads: T4[];
    };
    return { loss: value.dataSync()[0]!, gradients: grads.map((grad) => grad.dataSync()) };
  });
}

function compare(own: ReturnType<typeof ours>, other: ReturnType<typeof theirs>): void {
  expect(Math.abs(own.loss - other.loss)).toBeLessThan(2e-6 * (1 + other.loss));
  expect(own.gradients).toHaveLength(other.gradients.length);
  own.gradients.forEach((gradient, i) =>
    expect(largestError(gradient, other.gradients[i]!, 0.05)).toBeLessThan(2e-5),
  );
}

describe.each([
  ['plain', { kernel: [3, 3], stride: 1, padding: 'valid' }, 1],
  ['with a border', { kernel: [3, 2], stride: 1, padding: 'same' }, 1],
  ['in steps', { kernel: [3, 3], stride: 2, padding: 'same' }, 1],
  ['of several filters', { kernel: [2, 3], stride: 2, padding: 'valid' }, 3],
] as const)('%s', (_, { kernel, stride, padding }, depthMultiplier) => {
  const random = generator(10 * kernel[0] + depthMultiplier);
  const x = floats(random, rows * 7 * 8 * 4);
  const filters = 4 * depthMultiplier;
  const bias = floats(random, filters);

  it('a depthwise convolution has its loss and gradients', () => {
    const weight = floats(random, kernel[0] * kernel[1] * filters);
    const options = { kernel, stride, padding, depthMultiplier, activation: 'tanh' } as const;
    compare(
      ours([nn.depthwiseConv2d(options)], x, [weight, bias]),
      theirs((y, w, b) => tf.tanh(tf.add(tf.depthwiseConv2d(y, w, stride, padding), b)) as T4, x, [
        tf.tensor4d(weight, [...kernel, 4, depthMultiplier]),
        tf.tensor(bias) as T4,
      ]),
    );
  });

  it('a convolution in two groups is two convolutions', () => {
    const weight = floats(random, kernel[0] * kernel[1] * 2 * filters);
    const options = { kernel, stride, padding, groups: 2, activation: 'tanh' } as const;
    const half = (y: T4, w: T4, group: number) =>
      tf.conv2d(
        tf.slice(y, [0, 0, 0, 2 * group], [-1, -1, -1, 2]),
        tf.slice(w, [0, 0, 0, (filters / 2) * group], [-1, -1, -1, filters / 2]),
        ...([stride, padding] as const),
      );
    compare(
      ours([nn.conv2d(filters, options)], x, [weight, bias]),
      theirs(
        (y, w, b) => tf.tanh(tf.add(tf.concat([half(y, w, 0), half(y, w, 1)], 3), b)) as T4,
        x,
        [tf.tensor4d(weight, [...kernel, 2, filters]), tf.tensor(bias) as T4],
      ),
    );
  });
});

/** Repeats rows twice and columns three times by tiles, whose gradients all backends of TensorFlow.js know. */
function repeated(x: T4): T4 {
  const [batch, height, width, channels] = x.shape;
  const columns = tf.tile(tf.reshape(x, [batch * height, width, 1, channels]), [1, 1, 3, 1]);
  const lines = tf.tile(tf.reshape(columns, [batch, height, 1, -1]), [1, 1, 2, 1]);
  return tf.reshape(lines, [batch, 2 * height, 3 * width, channels]);
}

it('upsampling has the loss of upSampling2d, and the gradients of tiles', () => {
  const random = generator(7);
  const x = floats(random, rows * 7 * 8 * 4);
  const weight = floats(random, 12);
  const layers = [nn.conv2d(3, { kernel: 1, useBias: false }), nn.upsample({ size: [2, 3] })];
  const own = ours([...layers, nn.tanh()], x, [weight]);
  const by = (larger: (y: T4) => T4) =>
    theirs((y, w) => tf.tanh(larger(tf.conv2d(y, w, 1, 'valid'))), x, [
      tf.tensor4d(weight, [1, 1, 4, 3]),
    ]);
  compare(own, by(repeated));
  // The gradients of resizing are wrong in the pure JavaScript of TensorFlow.js 4.22.
  const upSampling = tf.layers.upSampling2d({ size: [2, 3] });
  const { loss } = by((y) => upSampling.apply(y) as T4);
  expect(Math.abs(own.loss - loss)).toBeLessThan(2e-6 * (1 + loss));
});

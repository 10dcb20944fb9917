/** Convolutions and pools of series agree with TensorFlow.js. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator, largestError } from '../oracle/random.js';
import { type Tfjs, loadReference } from './tfjs.js';

let tf: Tfjs;
beforeAll(async () => {
  ({ tf } = await loadReference());
});

const rows = 3;
const series = [11, 3] as const;
const filters = 4;

/** Loss and gradients of a network that ends in the mean squared error against 0. */
function gradientsOf(layer: nn.Layer, x: Float32Array, weights: Record<string, Float32Array>) {
  const model = nn.sequential({ input: series }, layer, nn.flatten());
  const labels = new Float32Array(rows * model.outputShape[0]!);
  using set = data.fromArrays({ inputs: x, shape: [rows, ...series], labels });
  using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
  trainer.setParameters(weights);
  return trainer.gradients(set, Uint32Array.of(0, 1, 2));
}

describe.each([
  ['plain', { kernel: 3, stride: 1, padding: 'valid', dilation: 1 }],
  ['with a border', { kernel: 4, stride: 1, padding: 'same', dilation: 1 }],
  ['in steps with a border', { kernel: 3, stride: 2, padding: 'same', dilation: 1 }],
  ['in steps that leave a rest', { kernel: 2, stride: 4, padding: 'valid', dilation: 1 }],
  ['causal', { kernel: 3, stride: 1, padding: 'causal', dilation: 1 }],
  ['causal, in steps', { kernel: 4, stride: 3, padding: 'causal', dilation: 1 }],
  ['causal, with holes', { kernel: 3, stride: 1, padding: 'causal', dilation: 2 }],
] as const)('%s', (_, options) => {
  const { kernel, stride, padding, dilation } = options;
  const random = generator(kernel * 10 + stride);
  const x = floats(random, rows * 33);

  it('a convolution has its loss and gradients', () => {
    const weight = floats(random, kernel * 3 * filters);
    const bias = floats(random, filters);
    const layer = nn.conv1d(filters, { ...options, activation: 'tanh' });
    const ours = gradientsOf(layer, x, { 'conv1d1.weight': weight, 'conv1d1.bias': bias });
    const theirs = tf.tidy(() => {
      // TensorFlow.js has no causal border, so the test adds it.
      const isCausal = padding === 'causal';
      const network = tf.layers.conv1d({
        filters,
        kernelSize: kernel,
        strides: stride,
        dilationRate: dilation,
        padding: isCausal ? 'valid' : padding,
        activation: 'tanh',
      });
      const before = isCausal ? (kernel - 1) * dilation : 0;
      const xs = tf.pad(tf.tensor3d(x, [rows, ...series]), [
        [0, 0],
        [before, 0],
        [0, 0],
      ]);
      network.apply(xs);
      network.setWeights([tf.tensor3d(weight, [kernel, 3, filters]), tf.tensor1d(bias)]);
      const cost = () => tf.mean(tf.square(network.apply(xs) as typeof xs));
      if (dilation > 1) return { loss: cost().dataSync()[0]!, gradients: [] }; // it has no gradient
      const found = tf.variableGrads(cost as never);
      const gradients = network.weights.map(({ name }) => found.grads[name]!.dataSync());
      return { loss: found.value.dataSync()[0]!, gradients };
    });
    expect(Math.abs(ours.loss - theirs.loss)).toBeLessThan(2e-6);
    theirs.gradients.forEach((gradient, i) =>
      expect(largestError(Object.values(ours.gradients)[i]!, gradient, 0.05)).toBeLessThan(2e-5),
    );
  });

  it.skipIf(padding === 'causal')('pools have its outputs', async () => {
    const pooling = { poolSize: kernel, strides: stride, padding: padding as 'valid' };
    for (const [layer, theirs] of [
      [
        nn.maxPool1d({ kernel, stride, padding: padding as 'valid' }),
        tf.layers.maxPooling1d(pooling),
      ],
      [
        nn.averagePool1d({ kernel, stride, padding: padding as 'valid' }),
        tf.layers.averagePooling1d(pooling),
      ],
      [nn.globalMaxPool(), tf.layers.globalMaxPooling1d()],
      [nn.globalAveragePool(), tf.layers.globalAveragePooling1d({})],
    ] as const) {
      const model = nn.sequential({ input: series }, layer);
      using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
      const expected = theirs.apply(tf.tensor3d(x, [rows, ...series])) as ReturnType<
        Tfjs['tensor']
      >;
      expect(expected.shape.slice(1)).toEqual(model.outputShape);
      expect(largestError(await trainer.predict(x), expected.dataSync(), 1)).toBeLessThan(1e-6);
    }
  });
});

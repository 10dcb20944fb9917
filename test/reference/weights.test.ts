/** Weights of rows, weights of classes and label smoothing agree with TensorFlow.js, value and gradient. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Trainer, data, loss, nn, optim } from '../../src/index.js';
import { floats, generator, largestError } from '../oracle/random.js';
import { type Tfjs, loadReference } from './tfjs.js';

let tf: Tfjs;
beforeAll(async () => {
  ({ tf } = await loadReference());
});

const [rows, features, classes] = [24, 6, 4];
const random = generator(12);
const inputs = floats(random, rows * features);
const labels = Int32Array.from({ length: rows }, (_, i) => (i * i) % classes);
const weights = Float32Array.from({ length: rows }, () => 0.25 + 3 * random());
const multiHot = Float32Array.from({ length: rows * classes }, () => Number(random() < 0.4));
const classWeights = [0.5, 2, 1, 4];

type T = ReturnType<Tfjs['tensor']>;

/** Compares loss and gradients of one dense layer. */
function compare(set: data.Dataset, of: loss.Loss, theirs: (logits: T) => T): void {
  const model = nn.sequential({ input: [features] }, nn.dense(classes, { name: 'out' }));
  using trainer = new Trainer({ model, loss: of, optimizer: optim.sgd(), seed: 2 });
  const parameters = trainer.parameters();
  const ours = trainer.gradients(
    set,
    Uint32Array.from({ length: rows }, (_, i) => i),
  );
  const names = model.parameters.map(({ name }) => name);
  const f = (...tensors: T[]) => {
    const [weight, bias] = tensors as [T, T];
    const x = tf.tensor2d(inputs, [rows, features]);
    const logits = tf.add(tf.matMul(x as never, weight as never), bias);
    return theirs(logits as T).asScalar();
  };
  const tensors = model.parameters.map(({ name, shape }) =>
    tf.tensor(parameters[name]!, [...shape]),
  );
  const { value, grads } = tf.valueAndGrads(f as never)(tensors as never);
  expect(Math.abs(ours.loss - value.dataSync()[0]!)).toBeLessThan(2e-6);
  names.forEach((name, i) => {
    expect(
      largestError(ours.gradients[name]!, grads[i]!.dataSync() as Float32Array, 1),
    ).toBeLessThan(3e-6);
  });
}

describe('TensorFlow.js agrees on', () => {
  const shape = [rows, features];
  const oneHot = () => tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat();
  const sparse = data.fromArrays({ inputs, shape, labels });
  const several = data.fromArrays({ inputs, shape, labels: multiHot });

  it.each([0, 0.1, 0.5])('softmax with weights of rows, smoothing %d', (labelSmoothing) => {
    compare(
      sparse.withWeights({ examples: weights }),
      loss.softmaxCrossEntropy({ labelSmoothing }),
      (logits) =>
        tf.losses.softmaxCrossEntropy(oneHot(), logits, tf.tensor1d(weights), labelSmoothing),
    );
  });

  it.each([0, 0.1, 0.5])(
    'multi-hot labels with weights of rows, smoothing %d',
    (labelSmoothing) => {
      compare(
        several.withWeights({ examples: weights }),
        loss.sigmoidCrossEntropy({ labelSmoothing }),
        (logits) =>
          tf.losses.sigmoidCrossEntropy(
            ...([
              tf.tensor2d(multiHot, [rows, classes]),
              logits,
              tf.tensor2d(weights, [rows, 1]),
            ] as const),
            labelSmoothing,
          ),
      );
    },
  );

  it('weights of classes, which Keras multiplies too', () => {
    const each = Float32Array.from(labels, (label) => classWeights[label]!);
    compare(sparse.withWeights({ classes: classWeights }), loss.softmaxCrossEntropy(), (logits) =>
      tf.losses.softmaxCrossEntropy(oneHot(), logits, tf.tensor1d(each)),
    );
  });

  it('squared errors with weights of rows', () => {
    compare(several.withWeights({ examples: weights }), loss.meanSquaredError(), (logits) =>
      tf.losses.meanSquaredError(
        ...([
          tf.tensor2d(multiHot, [rows, classes]),
          logits,
          tf.tensor2d(weights, [rows, 1]),
        ] as const),
      ),
    );
  });
});

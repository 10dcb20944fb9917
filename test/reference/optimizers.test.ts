/** Every rule that TensorFlow.js has agrees with TensorFlow.js itself under `compat: 'tfjs'`. */
import { beforeAll, describe, expect, it } from 'vitest';
import { optim } from '../../src/index.js';
import type { Optimizer } from '../../src/optim/define.js';
import { floats, generator, largestError } from '../oracle/random.js';
import { type Tfjs, loadReference } from './tfjs.js';

let tf: Tfjs;
beforeAll(async () => {
  ({ tf } = await loadReference());
});

const tfjs = 'tfjs' as const;
type Peer = (tf: Tfjs) => InstanceType<Tfjs['Optimizer']>;
const cases: readonly (readonly [string, Optimizer, Peer])[] = [
  ['sgd', optim.sgd({ learningRate: 0.1 }), (tf) => tf.train.sgd(0.1)],
  ['momentum', optim.momentum({ compat: tfjs }), (tf) => tf.train.momentum(0.01, 0.9)],
  ['nesterov', optim.nesterov({ compat: tfjs }), (tf) => tf.train.momentum(0.01, 0.9, true)],
  ['adagrad', optim.adagrad({ compat: tfjs }), (tf) => tf.train.adagrad(0.01, 0.1)],
  ['rmsprop', optim.rmsprop({ compat: tfjs }), (tf) => tf.train.rmsprop(0.001)],
  [
    'rmsprop with momentum',
    optim.rmsprop({ compat: tfjs, momentum: 0.8 }),
    (tf) => tf.train.rmsprop(0.001, 0.9, 0.8),
  ],
  [
    'adadelta',
    optim.adadelta({ compat: tfjs, learningRate: 0.01 }),
    (tf) => tf.train.adadelta(0.01, 0.95),
  ],
  ['adam', optim.adam({ compat: tfjs }), (tf) => tf.train.adam()],
  [
    'adam, odd',
    optim.adam({ compat: tfjs, beta1: 0.5, beta2: 0.9 }),
    (tf) => tf.train.adam(0.001, 0.5, 0.9),
  ],
  ['adamax', optim.adamax({ compat: tfjs }), (tf) => tf.train.adamax(0.002)],
];

/** Returns the weights after each of `steps` steps on the same fresh random gradients. */
function compare(optimizer: Optimizer, peer: Peer, steps: number): number {
  const length = 50;
  const random = generator(23);
  // The weights stay away from 0, so that a relative error has a meaning.
  const weight = floats(random, length).map((w) => w + Math.sign(w || 1) * 2);
  const theirs = tf.variable(tf.tensor1d(weight.slice()));
  const theirOptimizer = peer(tf);
  using stepper = optim.bind(optimizer, { weight });
  let worst = 0;
  for (let step = 0; step < steps; step++) {
    const gradient = floats(random, length);
    stepper.step({ weight: gradient });
    tf.tidy(() => theirOptimizer.applyGradients({ [theirs.name]: tf.tensor1d(gradient) }));
    if (step % 100 === 99) worst = Math.max(worst, largestError(weight, theirs.dataSync(), 0));
  }
  theirOptimizer.dispose();
  theirs.dispose();
  return worst;
}

describe('1,000 steps on fresh random gradients', () => {
  it.each(cases)('%s', (name, optimizer, peer) => {
    expect(compare(optimizer, peer, 1000), name).toBeLessThan(1e-6);
  });
});

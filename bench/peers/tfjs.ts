/**
 * Contestants in TensorFlow.js: tfjs-node-gpu, which uses the CPU where no GPU is, and plain tfjs.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { Absent, type Contestant, type Runner } from '../harness.js';

type Tfjs = typeof tfjs;

const require = createRequire(join(process.cwd(), 'package.json'));

async function load(name: 'tfjs-node' | 'tfjs'): Promise<Tfjs> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  if (name === 'tfjs') {
    const tf = require('@tensorflow/tfjs') as Tfjs;
    await tf.setBackend('cpu');
    return tf;
  }
  try {
    const tf = require('@tensorflow/tfjs-node-gpu') as Tfjs;
    await tf.setBackend('tensorflow');
    return tf;
  } catch {
    throw new Absent('script/bootstrap provisions it where it can');
  }
}

interface Options {
  readonly lengths?: readonly number[];
  readonly rows?: number;
  readonly batchSize?: number;
  readonly maxRuns?: number;
  readonly repeat?: number;
}

function adamStep(tf: Tfjs, { lengths = [] }: Options): Runner {
  const variables = lengths.map((length) => tf.variable(tf.randomNormal([length])));
  const gradients = Object.fromEntries(
    variables.map((variable) => [variable.name, tf.randomNormal(variable.shape)]),
  );
  const adam = tf.train.adam();
  return {
    run: () => {
      tf.tidy(() => {
        adam.applyGradients(gradients as never);
      });
      // The backend is synchronous on the CPU; reading one element proves the work done.
      variables[0]?.slice(0, 1).dataSync();
    },
  };
}

function mnistEpoch(tf: Tfjs, { rows = 60_000, batchSize = 128 }: Options): Runner {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [784], units: 128, activation: 'relu' }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(),
    loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels as never, logits as never),
  });
  const inputs = tf.randomUniform([rows, 784]);
  const labels = tf.oneHot(tf.randomUniform([rows], 0, 10, 'int32'), 10);
  return {
    run: async () => {
      await model.fit(inputs, labels, { epochs: 1, batchSize, shuffle: true, verbose: 0 as never });
    },
  };
}

/** One epoch of a network of two convolutions. */
function pictureEpoch(tf: Tfjs, { rows = 6_000, batchSize = 128 }: Options): Runner {
  const conv = { kernelSize: 3, activation: 'relu' } as const;
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 32, ...conv }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 64, ...conv }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 128, activation: 'relu' }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(),
    loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels as never, logits as never),
  });
  const inputs = tf.randomUniform([rows, 28, 28, 1]);
  const labels = tf.oneHot(tf.randomUniform([rows], 0, 10, 'int32'), 10);
  return {
    run: async () => {
      await model.fit(inputs, labels, { epochs: 1, batchSize, shuffle: true, verbose: 0 as never });
    },
  };
}

/** One row through a network of 784, 128 and 10 units, from and to JavaScript. */
function predictRow(tf: Tfjs): Runner {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [784], units: 128, activation: 'relu' }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  const row = Float32Array.from({ length: 784 }, (_, i) => Math.abs(Math.sin(i)));
  return {
    run: () => {
      tf.tidy(() => {
        (model.predict(tf.tensor2d(row, [1, 784])) as tfjs.Tensor).dataSync();
      });
    },
  };
}

/** Gathers one epoch of shuffled batches of floats; tfjs-node cannot keep them as bytes. */
function gatherEpoch(tf: Tfjs, { rows = 60_000, batchSize = 128 }: Options): Runner {
  const inputs = tf.randomUniform([rows, 784]);
  return {
    run: () => {
      const order = tf.util.createShuffledIndices(rows);
      for (let first = 0; first < rows; first += batchSize)
        tf.tidy(() => {
          const batch = Int32Array.from(order.subarray(first, first + batchSize));
          tf.gather(inputs, tf.tensor1d(batch, 'int32'));
        });
    },
    dispose: () => {
      inputs.dispose();
    },
  };
}

function permutation(tf: Tfjs, { rows = 60_000 }: Options): Runner {
  return { run: () => void tf.util.createShuffledIndices(rows) };
}

const kinds = { predictRow, adamStep, mnistEpoch, pictureEpoch, gatherEpoch, permutation };

/** Makes a contestant; `kind` names the timed call. */
export function tfjsContestant(
  name: 'tfjs-node' | 'tfjs',
  kind: keyof typeof kinds,
  options: Options,
): Contestant {
  return {
    name,
    ...(options.maxRuns === undefined ? {} : { maxRuns: options.maxRuns }),
    ...(options.repeat === undefined ? {} : { repeat: options.repeat }),
    prepare: async () => kinds[kind](await load(name), options),
  };
}

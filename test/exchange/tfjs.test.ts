/** Models of TensorFlow.js compute there what they compute here, and go on training. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ThalwegError, Trainer, exchange, nn, optim } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { generator } from '../oracle/random.js';
import { kinds, randomNetwork } from '../model/networks.js';
import { inputsOf, trained } from '../model/trained.js';
import { type Run, compare } from './runtime.js';

const optimizer = optim.sgd();

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function load(artifacts: exchange.TfjsArtifacts): Promise<tf.LayersModel> {
  return tf.loadLayersModel({ load: () => Promise.resolve(artifacts) });
}

const inTfjs: Run = async (trainer, inputs, isTable) => {
  const model = await load(await exchange.toTfjs(trainer));
  const dims = [3, ...trainer.model.input];
  const x = tf.tensor(inputs, dims, isTable ? 'int32' : 'float32');
  const y = model.predict(x) as tf.Tensor;
  const data = (await y.data()) as Float32Array;
  const { shape } = y;
  tf.dispose([x, y]);
  model.dispose();
  return { dims: shape, data };
};

describe('models in TensorFlow.js', () => {
  it('give the outputs of random networks', async () => {
    const random = generator(99);
    const odd: string[] = [];
    let [made, refused] = [0, 0];
    while (made < 60) {
      const network = randomNetwork(random);
      try {
        const { error, condition, dims } = await compare(random, network, inTfjs);
        made++;
        expect(dims).toEqual([3, ...network.outputShape]);
        if (!(error <= Math.max(1e-5, 4 * condition)))
          odd.push(`${error}: ${JSON.stringify(network)}`);
      } catch (error) {
        if (!(error instanceof ThalwegError) || error.code !== 'UNSUPPORTED') throw error;
        refused++;
      }
    }
    expect(odd).toEqual([]);
    expect(refused).toBeLessThan(600);
  }, 120_000);

  const lacking = [
    'rmsNorm',
    'groupNorm',
    'conv1d',
    'depthwiseConv2d',
    'maxPool1d',
    'averagePool1d',
    'upsample',
  ];

  it.each(Object.keys(kinds))('know %s, or refuse it by its name', async (kind) => {
    const random = generator(5);
    const shapes = [[7], [5, 6, 3], [4, 6]];
    const made = Array.from({ length: 30 }, (_, i) => kinds[kind]!(random, shapes[i % 3]!));
    const first = made.findIndex((layer) => layer !== undefined);
    const network = nn.sequential({ input: shapes[first % 3]! }, made[first]!);
    const run = compare(random, network, inTfjs);
    if (lacking.includes(kind)) {
      await expect(run).rejects.toMatchObject({ code: 'UNSUPPORTED', path: `${kind}1` });
      return;
    }
    const { error, condition } = await run.catch((cause: unknown) => {
      // Some windows and activations have no counterpart, and are refused as well.
      expect(cause).toMatchObject({ code: 'UNSUPPORTED' });
      return { error: 0, condition: 0 };
    });
    expect(error).toBeLessThanOrEqual(Math.max(1e-5, 4 * condition));
  });

  it('refuse a border of a pool in numbers, hardSwish, and holes with strides', async () => {
    const wrong = [
      nn.maxPool2d({ kernel: 3, padding: 1 }),
      nn.hardSwish(),
      nn.conv2d(2, { kernel: 2, dilation: 2, stride: 2 }),
    ];
    for (const layer of wrong) {
      const network = nn.sequential({ input: [6, 6, 2] }, layer);
      using trainer = new Trainer({ model: network, loss: 'huber', optimizer });
      await expect(exchange.toTfjs(trainer)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    }
  });

  it.each(['input', 'probabilities', 'output', 'thalweg'])(
    'load with a layer named %s',
    async (name) => {
      const network = nn.sequential(
        { input: [2] },
        nn.residual([nn.dense(2, { name })], { name }),
        nn.dense(3),
      );
      using trainer = new Trainer({ model: network, loss: 'softmaxCrossEntropy', optimizer });
      const model = await load(await exchange.toTfjs(trainer, { probabilities: true }));
      const x = tf.tensor([0.5, -1], [1, 2]);
      const y = model.predict(x) as tf.Tensor;
      using predictor = await trainer.predictor();
      const wanted = predictor.probabilitiesSync([0.5, -1]);
      (await y.data()).forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i]!, 6);
      });
      tf.dispose([x, y]);
      model.dispose();
    },
  );

  it('go on training there', async () => {
    using trainer = await trained();
    const model = await load(await exchange.toTfjs(trainer, { probabilities: true }));
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const x = tf.tensor(inputsOf(6), [6, 4, 4, 2]);
    const y = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3);
    const { history } = await model.fit(x, y, { epochs: 5, verbose: 0 as never });
    expect(history['loss']!.at(-1)).toBeLessThan(history['loss']![0] as number);
    tf.dispose([x, y]);
    model.dispose();
  });
});

describe('a folder of TensorFlow.js', () => {
  /** Reads model.json and its weights as a server gives them to a browser. */
  async function read(folder: string): Promise<tf.LayersModel> {
    const { weightsManifest, ...model } = JSON.parse(
      readFileSync(join(folder, 'model.json'), 'utf8'),
    ) as exchange.TfjsArtifacts & {
      weightsManifest: { paths: string[]; weights: exchange.TfjsWeightSpec[] }[];
    };
    const { paths, weights } = weightsManifest[0]!;
    const bytes = readFileSync(join(folder, paths[0]!));
    const weightData = new Uint8Array(bytes).buffer;
    return load({ ...model, weightSpecs: weights, weightData });
  }

  it('has model.json and weights.bin, of a model file too', async () => {
    using trainer = await trained();
    const folder = newFolder();
    const file = join(newFolder(), 'm.thalweg');
    await trainer.saveModel(file, { classes: ['a', 'b', 'c'] });
    await exchange.saveTfjs(file, folder, { probabilities: true });
    expect(readdirSync(folder).sort()).toEqual(['model.json', 'weights.bin']);
    const model = await read(folder);
    const metadata = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as object;
    expect(metadata).toMatchObject({ userDefinedMetadata: { classes: '["a","b","c"]' } });
    const x = tf.tensor(inputsOf(4), [4, 4, 4, 2]);
    const found = (await (model.predict(x) as tf.Tensor).data()) as Float32Array;
    using predictor = await trainer.predictor();
    const wanted = await predictor.probabilities(inputsOf(4));
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 5);
    });
  });

  it('must exist, and a refused export writes nothing', async () => {
    using trainer = await trained();
    const nowhere = exchange.saveTfjs(trainer, join(newFolder(), 'none'));
    await expect(nowhere).rejects.toMatchObject({ code: 'MISSING' });
    const folder = newFolder();
    writeFileSync(join(folder, 'model.json'), 'old');
    const refused = exchange.saveTfjs(trainer, folder, { classes: ['a'] });
    await expect(refused).rejects.toMatchObject({ code: 'SHAPE' });
    expect(readdirSync(folder)).toEqual(['model.json']);
    expect(readFileSync(join(folder, 'model.json'), 'utf8')).toBe('old');
  });
});

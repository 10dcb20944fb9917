/**
 * Files of ONNX compute in onnxruntime what the model computes here. The number of random networks is
 * THALWEG_NETWORKS, by default 100; `npm run torture` takes 1,000.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Predictor, Trainer, average, exchange, nn, optim } from '../../src/index.js';
import { encodeOnnx } from '../../src/exchange/onnx/encode.js';
import { emitterOf } from '../../src/exchange/onnx/emitter.js';
import { defineKind, kindNames } from '../../src/nn/kinds.js';
import type { Layer } from '../../src/nn/layer.js';
import { newFolder } from '../new-folder.js';
import { generator } from '../oracle/random.js';
import { kinds, randomNetwork } from '../model/networks.js';
import { inputsOf, trained } from '../model/trained.js';
import { compare, runOnnx } from './runtime.js';

const optimizer = optim.sgd();
const count = Number(process.env['THALWEG_NETWORKS'] ?? 100);

/** Functions whose formulas in onnxruntime lose digits near 0 or in their tails: selu of 0.003 loses four. */
const tails = /"(gelu|geluTanh|elu|selu|softmax|mish|softplus)"/;

describe('random networks in onnxruntime', () => {
  it(`give the outputs of ${count} models, by as much as rounding lets them`, async () => {
    const random = generator(2026);
    const odd: string[] = [];
    let close = 0;
    for (let i = 0; i < count; i++) {
      const network = randomNetwork(random);
      const text = JSON.stringify(network);
      const { error, condition, dims } = await compare(random, network);
      expect(dims).toEqual([3, ...network.outputShape]);
      const bound = Math.max(tails.test(text) ? 1e-4 : 1e-6, 4 * condition);
      if (!(error <= bound)) odd.push(`${error} of ${bound}: ${text}`);
      if (error <= 1e-6) close++;
    }
    expect(odd).toEqual([]);
    expect(close / count).toBeGreaterThan(0.93);
  }, 600_000);

  it.each(Object.keys(kinds))('give the outputs of a network that begins with %s', async (kind) => {
    const random = generator(kind.length);
    let made = 0;
    for (let i = 0; i < 60 && made < 4; i++) {
      const shape = [[7], [5, 6, 3], [4, 6]][i % 3]!;
      const layer = kinds[kind]!(random, shape);
      if (layer === undefined) continue;
      made++;
      const { error, condition } = await compare(random, nn.sequential({ input: shape }, layer));
      expect(error, JSON.stringify(layer)).toBeLessThanOrEqual(Math.max(1e-5, 4 * condition));
    }
    expect(made).toBeGreaterThan(0);
  });

  it('know every layer, and refuse others by their names', () => {
    const written = (kind: string) => emitterOf({ layer: { kind } as Layer, name: 'x' });
    for (const kind of kindNames()) expect(typeof written(kind), kind).toBe('function');
    const error = () => emitterOf({ layer: { kind: 'fourier' } as never, name: 'block1.fourier1' });
    expect(error).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', path: 'block1.fourier1' }),
    );
    expect(error).toThrow(/Predictor/);
    const later = { ...nn.dense(3), sparsity: 0.5 } as Layer;
    expect(() => emitterOf({ layer: later, name: 'dense1' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', path: 'dense1.sparsity' }),
    );
  });

  it('are refused as a whole where a layer deep inside cannot be written', async () => {
    defineKind({
      kind: 'fourier' as never,
      check: (layer) => layer,
      outputShape: (_, input) => input,
      parameters: () => [],
      lower: (_layer, _input, _program, from) => from,
    });
    const fourier = { kind: 'fourier' } as unknown as Layer;
    const network = nn.sequential({ input: [3] }, nn.dense(3), nn.residual([fourier]));
    using trainer = new Trainer({ model: network, loss: 'huber', optimizer });
    await expect(exchange.toOnnx(trainer)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      path: 'residual1.fourier1',
    });
  });
});

/** A network of two convolutions, as in examples/pictures.mjs. */
const pictures = nn.sequential(
  { input: [28, 28, 1] },
  nn.conv2d(8, { kernel: 3, activation: 'relu' }),
  nn.maxPool2d({ kernel: 2 }),
  nn.conv2d(16, { kernel: 3, padding: 'same' }),
  nn.batchNorm(),
  nn.relu(),
  nn.averagePool2d({ kernel: 3, stride: 2, padding: 'same' }),
  nn.flatten(),
  nn.dense(10),
);

describe('a network of convolutions', () => {
  it('gives the outputs of the trainer for batches of any size', async () => {
    using trainer = new Trainer({ model: pictures, loss: 'softmaxCrossEntropy', optimizer });
    const bytes = await exchange.toOnnx(trainer);
    const session = await InferenceSession.create(bytes);
    for (const rows of [1, 7, 64]) {
      const inputs = Float32Array.from({ length: rows * 784 }, (_, i) => Math.sin(i));
      const input = new Tensor('float32', inputs, [rows, 28, 28, 1]);
      const { output } = await session.run({ input });
      expect(output!.dims).toEqual([rows, 10]);
      const wanted = await trainer.predict(inputs);
      const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      wanted.forEach((value, i) => {
        expect(Math.abs(value - (output!.data[i] as number))).toBeLessThan(3e-6 * largest); // sums of 784 products in another order
      });
    }
    await session.release();
  });
});

describe('the file', () => {
  const classes = ['cat', 'dog', 'bird'];

  async function probabilitiesOf(bytes: Uint8Array): Promise<Float32Array> {
    return (await runOnnx(bytes, inputsOf(4), [4, 4, 2])).data;
  }
  async function expectClose(found: Float32Array, predictor: Predictor): Promise<void> {
    const wanted = await predictor.probabilities(inputsOf(4));
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 6);
    });
  }

  it('ends in probabilities on request, of a trainer and of a model file', async () => {
    using trainer = await trained();
    using predictor = await trainer.predictor();
    const bytes = await exchange.toOnnx(trainer, { probabilities: true });
    await expectClose(await probabilitiesOf(bytes), predictor);
    const folder = newFolder();
    const [file, onnx] = [join(folder, 'm.thalweg'), join(folder, 'm.onnx')];
    await trainer.saveModel(file, { classes });
    await exchange.saveOnnx(file, onnx, { probabilities: true });
    await expectClose(await probabilitiesOf(readFileSync(onnx)), predictor);
    expect(readdirSync(folder).sort()).toEqual(['m.onnx', 'm.thalweg']);
  });

  it('ends in the logistic function for labels', async () => {
    const network = nn.sequential({ input: [2] }, nn.dense(2));
    using trainer = new Trainer({ model: network, loss: 'sigmoidCrossEntropy', optimizer });
    const bytes = await exchange.toOnnx(trainer, { probabilities: true });
    using predictor = await trainer.predictor();
    const { data } = await runOnnx(bytes, Float32Array.of(1, 2), [2]);
    const wanted = predictor.probabilitiesSync([1, 2]);
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 6);
    });
  });

  it('holds averaged weights on request', async () => {
    using trainer = await trained({ average: average.ema({ decay: 0.5 }) });
    const bytes = await exchange.toOnnx(trainer, { weights: 'averaged' });
    const { data } = await runOnnx(bytes, inputsOf(4), [4, 4, 2]);
    const wanted = await trainer.predict(inputsOf(4), { weights: 'averaged' });
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i]!, 5);
    });
  });

  it('names its inputs and outputs, with a batch of any size, and its metadata', async () => {
    using trainer = await trained();
    const preprocessing = { format: 'my-scaling', version: 1 };
    const bytes = await exchange.toOnnx(trainer, { classes, preprocessing });
    const session = await InferenceSession.create(bytes);
    expect(session.inputNames).toEqual(['input']);
    expect(session.outputNames).toEqual(['output']);
    const [{ shape: input }] = session.inputMetadata as unknown as [{ shape: unknown }];
    const [{ shape: output }] = session.outputMetadata as unknown as [{ shape: unknown }];
    expect(input).toEqual(['batch', 4, 4, 2]);
    expect(output).toEqual(['batch', 3]);
    await session.release();
    const text = Buffer.from(bytes).toString('latin1');
    expect(text).toContain('["cat","dog","bird"]');
    expect(text).toContain('"my-scaling"');
    expect(text).toContain('conv2d1.weight');
  });

  it('has the same bytes each time', async () => {
    using trainer = await trained();
    expect(await exchange.toOnnx(trainer)).toEqual(await exchange.toOnnx(trainer));
  });
});

describe('an export refuses', () => {
  it('a model beyond 2 GiB before it copies anything', () => {
    const large = nn.sequential({ input: [2 ** 15] }, nn.dense(2 ** 15));
    const source = { model: large, loss: { kind: 'huber', delta: 1 } as const, arrays: {} };
    expect(() => encodeOnnx({ ...source, weights: 'raw' }, false)).toThrow(
      expect.objectContaining({ code: 'OVERFLOW' }),
    );
  });

  it.each([
    ['an unknown option', { softmax: true }, 'UNKNOWN_OPTION'],
    ['a text for a truth', { probabilities: 'yes' }, 'TYPE'],
    ['too few names', { classes: ['a'] }, 'SHAPE'],
  ])('%s', async (_, options, code) => {
    using trainer = await trained();
    await expect(exchange.toOnnx(trainer, options as object)).rejects.toMatchObject({ code });
  });

  it('probabilities of values, what is no trainer, and a disposed one', async () => {
    const line = nn.sequential({ input: [2] }, nn.dense(1));
    const trainer = new Trainer({ model: line, loss: 'huber', optimizer });
    const refused = exchange.toOnnx(trainer, { probabilities: true });
    await expect(refused).rejects.toMatchObject({ code: 'MISMATCH' });
    trainer.dispose();
    await expect(exchange.toOnnx(trainer)).rejects.toMatchObject({ code: 'DISPOSED' });
    for (const wrong of [undefined, {}, 5])
      await expect(exchange.toOnnx(wrong as never)).rejects.toMatchObject({ code: 'TYPE' });
  });

  it('names of classes for a model file, which has its own', async () => {
    using trainer = await trained();
    const file = join(newFolder(), 'm.thalweg');
    await trainer.saveModel(file);
    const refused = exchange.toOnnx(file, { classes: ['a', 'b', 'c'] });
    await expect(refused).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
    await expect(exchange.saveOnnx(file, '')).rejects.toMatchObject({ code: 'TYPE' });
    await expect(exchange.toOnnx('none')).rejects.toMatchObject({ code: 'MISSING' });
  });
});

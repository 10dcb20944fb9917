/** A model file holds all that a model needs, and gives back the same bits. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, data, io, nn, optim, schedule } from '../../src/index.js';
import { run } from '../../src/cli/run.js';
import { newFolder } from '../new-folder.js';
import { inputsOf, model, trained } from './trained.js';

const optimizer = optim.sgd({ learningRate: 0.1 });
const classes = ['cat', 'dog', 'bird'];
const newFile = (): string => join(newFolder(), 'm.thalweg');

describe('a model file', () => {
  it('gives back weights, statistics and outputs with the same bits', async () => {
    using trainer = await trained();
    const file = newFile();
    await trainer.saveModel(file, { classes });
    using loaded = await Trainer.load(file, { optimizer, device: 'cpu:baseline' });
    expect(loaded.model.toJSON()).toEqual(model.toJSON());
    expect(loaded.loss).toEqual(trainer.loss);
    expect(loaded.parameters()).toEqual(trainer.parameters());
    expect(loaded.statistics()).toEqual(trainer.statistics());
    expect(await loaded.predict(inputsOf(5))).toEqual(await trainer.predict(inputsOf(5)));
  });

  it('holds the averaged weights on request', async () => {
    using trainer = await trained();
    const file = newFile();
    await trainer.saveModel(file, { weights: 'averaged' });
    using loaded = await Trainer.load(file, { optimizer });
    const averaged = trainer.parameters({ weights: 'averaged' });
    expect(averaged).not.toEqual(trainer.parameters());
    expect(loaded.parameters()).toEqual(averaged);
  });

  it('is a safetensors file whose tensors have the names of the parameters', async () => {
    using trainer = await trained();
    const file = newFile();
    const preprocessing = { format: 'my-scaling', version: 2, mean: [0.5, NaN] };
    await trainer.saveModel(file, { classes, preprocessing });
    const { tensors, metadata } = await io.readSafetensors(file);
    expect(tensors.map(({ name }) => name)).toEqual(
      [...model.parameters, ...model.statistics].map(({ name }) => name),
    );
    const document = JSON.parse(metadata['model']!) as Record<string, unknown>;
    expect(document).toMatchObject({
      classes,
      weights: 'raw',
      loss: { kind: 'softmaxCrossEntropy' },
      input: { kind: 'numbers', shape: [4, 4, 2] },
      output: { kind: 'classes', shape: [3] },
      preprocessing: { format: 'my-scaling', version: 2, mean: [0.5, { $number: 'NaN' }] },
    });
  });

  it('gives its architecture to nn.load, and its weights to loadWeights', async () => {
    using trainer = await trained();
    const file = newFile();
    await trainer.saveModel(file);
    expect((await nn.load(file)).toJSON()).toEqual(model.toJSON());
    using other = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer, seed: 9 });
    await other.loadWeights(file);
    expect(other.parameters()).toEqual(trainer.parameters());
    const wider = nn.sequential({ input: [4, 4, 2] }, ...layers(), nn.dense(5));
    using warm = new Trainer({ model: wider, loss: 'softmaxCrossEntropy', optimizer });
    const { loaded } = await warm.loadWeights(file, { match: 'overlap' });
    expect(loaded).toContain('conv2d1.weight');
    expect(loaded).not.toContain('dense1.weight');
  });

  it('is saved while the trainer trains', async () => {
    using trainer = await trained();
    const file = newFile();
    const labels = Int32Array.from({ length: 24 }, (_, i) => i % 3);
    using dataset = data.fromArrays({ inputs: inputsOf(24), shape: [24, 4, 4, 2], labels });
    const running = trainer.fit(dataset, { epochs: 3, batchSize: 8 });
    await trainer.saveModel(file);
    await running;
    expect((await nn.load(file)).parameterCount).toBe(model.parameterCount);
  });

  it('keeps the access rights of the file that it replaces, and the target of a link', async () => {
    using trainer = await trained();
    const file = newFile();
    writeFileSync(file, 'old');
    await chmod(file, 0o640);
    const link = join(newFolder(), 'link.thalweg');
    symlinkSync(file, link);
    await trainer.saveModel(link);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(file, '..'))).toEqual(['m.thalweg']);
    using loaded = await Trainer.load(link, { optimizer });
    expect(loaded.parameters()).toEqual(trainer.parameters());
  });

  it('leaves out a dropout rate that is a function, and keeps one that is a schedule', async () => {
    const rate = schedule.cosine({ initial: 0.5, steps: 9 });
    const file = newFile();
    using kept = new Trainer({ model: dropping(rate), loss: 'meanSquaredError', optimizer });
    await kept.saveModel(file);
    expect((await nn.load(file)).toJSON()).toEqual(dropping(rate).toJSON());
    const own = dropping((step: number) => 0.5 / (step + 1));
    using trainer = new Trainer({ model: own, loss: 'meanSquaredError', optimizer });
    await trainer.saveModel(file);
    const refused = { code: 'UNSUPPORTED', remedy: expect.stringContaining('Predictor') as string };
    await expect(Trainer.load(file, { optimizer })).rejects.toMatchObject(refused);
    await expect(nn.load(file)).rejects.toMatchObject(refused);
  });
});

const dropping = (rate: Parameters<typeof nn.dropout>[0]) =>
  nn.sequential({ input: [2] }, nn.dropout(rate), nn.dense(1));
const layers = () => [
  nn.conv2d(3, { kernel: 2, activation: 'relu' }),
  nn.batchNorm(),
  nn.residual([nn.conv2d(3, { kernel: 3, padding: 'same' as const })]),
  nn.flatten(),
];

describe('saveModel refuses', () => {
  const wrong: readonly (readonly [string, object, string])[] = [
    ['an unknown option', { labels: [] }, 'UNKNOWN_OPTION'],
    ['too few names', { classes: ['a', 'b'] }, 'SHAPE'],
    ['a name twice', { classes: ['a', 'b', 'a'] }, 'DUPLICATE'],
    ['names that are no text', { classes: [1, 2, 3] }, 'TYPE'],
    ['names in a text', { classes: 'abc' }, 'TYPE'],
    ['other weights', { weights: 'best' }, 'RANGE'],
    ['a preprocessing without a format', { preprocessing: { version: 1 } }, 'TYPE'],
    ['a preprocessing of a bigint', { preprocessing: 5n }, 'TYPE'],
    ['a revoked preprocessing', { preprocessing: revoked() }, 'TYPE'],
  ];

  function revoked(): object {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  }

  it.each(wrong)('%s, and writes nothing', async (_, options, code) => {
    using trainer = await trained();
    const file = newFile();
    await expect(trainer.saveModel(file, options)).rejects.toMatchObject({ code });
    expect(readdirSync(join(file, '..'))).toEqual([]);
  });

  it('names of classes for a loss of values, and a folder that is missing', async () => {
    const line = nn.sequential({ input: [2] }, nn.dense(1));
    using trainer = new Trainer({ model: line, loss: 'huber', optimizer });
    const saved = trainer.saveModel(newFile(), { classes: ['a'] });
    await expect(saved).rejects.toMatchObject({ code: 'MISMATCH' });
    const nowhere = join(newFolder(), 'none', 'm.thalweg');
    await expect(trainer.saveModel(nowhere)).rejects.toMatchObject({ code: 'MISSING' });
  });

  it('the disposed trainer', async () => {
    const trainer = await trained();
    trainer.dispose();
    await expect(trainer.saveModel(newFile())).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

describe('reading refuses', () => {
  it('files of other kinds, and says what reads them', async () => {
    using trainer = await trained();
    const folder = newFolder();
    const weights = join(folder, 'weights.safetensors');
    await trainer.saveWeights(weights);
    const error = await nn.load(weights).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'FORMAT', path: weights });
    expect(String(error)).toContain('loadWeights');
    await expect(nn.load(join(folder, 'none'))).rejects.toMatchObject({ code: 'MISSING' });
    await expect(nn.load(folder)).rejects.toMatchObject({ code: 'UNSAFE_PATH' });
  });

  it('unknown options of Trainer.load before it opens the file', async () => {
    const options = { optimizer, modle: 1 } as never;
    await expect(Trainer.load('none', options)).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
  });
});

it('thalweg inspect shows a model file, and tells of a damaged one', async () => {
  using trainer = await trained();
  const file = newFile();
  await trainer.saveModel(file, { classes });
  const printed: string[] = [];
  const complained: string[] = [];
  const output = {
    print: (text: string) => printed.push(text),
    complain: (text: string) => complained.push(text),
    columns: 80,
    isTerminal: false,
  };
  expect(await run(['inspect', file], output)).toBe(0);
  expect(printed.join('\n')).toMatch(/every checksum is right[^]*"cat", "dog", "bird"[^]*conv2d1/);
  const bytes = readFileSync(file);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  expect(await run(['inspect', file], output)).toBe(1);
  expect(complained.join('\n')).toMatch(/^damaged.*batchNorm1\.variance/);
});

it('a model file opens in another process', async () => {
  using trainer = await trained();
  const file = newFile();
  await trainer.saveModel(file);
  const script = `const { nn } = require('./dist/index.js'); nn.load(process.argv[1]).then((m) => console.log(m.parameterCount))`;
  const printed = execFileSync(process.execPath, ['-e', script, file], { encoding: 'utf8' });
  expect(Number(printed)).toBe(model.parameterCount);
});

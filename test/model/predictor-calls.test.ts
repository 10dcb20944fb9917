/** Calls of a predictor at once, their memory, and the end of its thread or process. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, nn, optim } from '../../src/index.js';
import { checkPredictor } from '../../src/model/predictor-options.js';
import { Predictor as PredictorOf } from '../../src/model/predictor.js';
import { newFolder } from '../new-folder.js';
import { generator } from '../oracle/random.js';
import { inputsOf, trained } from './trained.js';
import { loss, mirror, optimizer } from './pairs.js';

describe('calls at once', () => {
  it('get their own rows', async () => {
    const random = generator(3);
    using trainer = await trained();
    using predictor = await trainer.predictor({ batchSize: 64 });
    const calls = Array.from({ length: 300 }, (_, i) =>
      inputsOf(1 + Math.floor(random() * 5), i + 1),
    );
    const made = await Promise.all(calls.map((inputs) => predictor.predict(inputs)));
    for (const [i, inputs] of calls.entries())
      expect(made[i]).toEqual(await predictor.predict(inputs));
  });

  it('are answered in their order where they are of both kinds', async () => {
    using predictor = mirror('softmaxCrossEntropy');
    const calls = [0, 1, 2, 3, 4, 5].map((i) =>
      i % 2 === 0 ? predictor.predict([i, i]) : predictor.probabilities([i, i]),
    );
    const made = await Promise.all(calls);
    expect(made.map(([first]) => first)).toEqual([0, 0.5, 2, 0.5, 4, 0.5]);
  });

  it('fail alone where an embedding cannot read their indices', async () => {
    const table = nn.sequential({ input: [1] }, nn.embedding(3, 2));
    using trainer = new Trainer({ model: table, loss, optimizer });
    using predictor = await trainer.predictor();
    const calls = [[0], [3], [2], [0.5], [NaN]].map((row) => predictor.predict(row));
    const ends = await Promise.allSettled(calls);
    expect(ends.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect(ends[1]).toMatchObject({ reason: { code: 'RANGE' } });
    expect(() => predictor.predictSync([3])).toThrow(expect.objectContaining({ code: 'RANGE' }));
  });

  it('end with ABORTED by a signal, and others of the batch go on', async () => {
    using predictor = mirror('huber', { maxWait: 1e9, batchSize: 3 });
    const controller = new AbortController();
    const stopped = predictor.predict([1, 1], { signal: controller.signal });
    const kept = predictor.predict([2, 2]);
    controller.abort(new Error('enough'));
    await expect(stopped).rejects.toMatchObject({
      code: 'ABORTED',
      cause: expect.objectContaining({ message: 'enough' }) as Error,
    });
    const rest = [predictor.predict([3, 3]), predictor.predict([4, 4])];
    expect((await kept)[0]).toBe(2);
    expect((await Promise.all(rest)).map(([first]) => first)).toEqual([3, 4]);
    const late = predictor.predict([1, 1], { signal: controller.signal });
    await expect(late).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('end with ABORTED while they run, and the predictor goes on', async () => {
    const large = nn.sequential(
      { input: [512] },
      ...Array.from({ length: 12 }, () => nn.dense(512)),
    );
    using trainer = new Trainer({ model: large, loss, optimizer });
    using predictor = await trainer.predictor({ batchSize: 64 });
    const controller = new AbortController();
    const inputs = new Float32Array(4096 * 512);
    const running = predictor.predict(inputs, { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
    expect((await predictor.predict(inputs.subarray(0, 512))).length).toBe(512);
  });

  it('end with DISPOSED where the predictor is disposed of, and so do later ones', async () => {
    const predictor = mirror('huber', { maxWait: 1e9 });
    const waiting = predictor.predict([1, 1]);
    predictor.dispose();
    predictor.dispose();
    const error = { code: 'DISPOSED' };
    await expect(waiting).rejects.toMatchObject(error);
    await expect(predictor.predict([1, 1])).rejects.toMatchObject(error);
    expect(() => predictor.predictSync([1, 1])).toThrow(expect.objectContaining(error));
    expect(() => predictor.memory).toThrow(expect.objectContaining(error));
  });

  it('end with DISPOSED in the middle of a batch', async () => {
    using trainer = await trained();
    const predictor = await trainer.predictor();
    const running = predictor.predict(inputsOf(20_000));
    await new Promise((resolve) => setImmediate(resolve));
    predictor.dispose();
    await expect(running).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('refuse what is no signal, and unknown options', async () => {
    using predictor = mirror('huber');
    const wrong = predictor.predict([1, 1], { signal: {} as AbortSignal });
    await expect(wrong).rejects.toMatchObject({ code: 'TYPE' });
    const unknown = predictor.predict([1, 1], { singal: 1 } as object);
    await expect(unknown).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
  });
});

describe('memory', () => {
  const deep = nn.sequential(
    { input: [64] },
    ...Array.from({ length: 20 }, () => nn.dense(64, { activation: 'gelu' })),
  );
  const bytes = 4 * deep.parameterCount;
  /** Alignment of tensors, and the staggering of arrays. */
  const slack = 40 * 64 + 4096;

  it('is that of the weights, and of one batch in few buffers', async () => {
    using trainer = new Trainer({ model: deep, loss, optimizer: optim.adam() });
    using predictor = await trainer.predictor({ batchSize: 128 });
    expect(predictor.memory).toBeGreaterThanOrEqual(bytes);
    expect(predictor.memory).toBeLessThan(bytes + slack);
    await predictor.predict(new Float32Array(1000 * 64));
    // Two values by turns, and what gelu keeps: twenty layers share it.
    const batch = 4 * 128 * 64 * 3;
    expect(predictor.memory).toBeGreaterThanOrEqual(bytes + batch);
    expect(predictor.memory).toBeLessThan(bytes + batch + 2 * slack);
  });

  it('is refused beyond a limit, before it is allocated', async () => {
    using trainer = new Trainer({ model: deep, loss, optimizer });
    const refused = trainer.predictor({ memoryLimit: bytes - 1 });
    await expect(refused).rejects.toMatchObject({ code: 'MEMORY' });
    using predictor = await trainer.predictor({ memoryLimit: bytes + 100_000 });
    expect(predictor.predictSync(new Float32Array(64)).length).toBe(64);
    const batch = predictor.predict(new Float32Array(64 * 200));
    await expect(batch).rejects.toMatchObject({ code: 'MEMORY' });
  });

  it('is refused for a hostile architecture before it is allocated', () => {
    const wide = nn.sequential({ input: [4000, 4000, 1] }, nn.globalAveragePool());
    using predictor = new PredictorOf(
      { model: wide, loss: { kind: 'huber', delta: 1 }, classes: undefined, arrays: {} },
      checkPredictor({ memoryLimit: 2 ** 20 }),
    );
    const picture = new Float32Array(4000 * 4000);
    const error = expect.objectContaining({ code: 'MEMORY' }) as Error;
    expect(() => predictor.predictSync(picture)).toThrow(error);
  });
});

describe('a predictor in another thread and at the end of a process', () => {
  it('works in a worker thread, and ends with it', async () => {
    using trainer = await trained();
    const file = join(newFolder(), 'm.thalweg');
    await trainer.saveModel(file);
    const code = `
      const { Worker } = require('node:worker_threads');
      const source = \`
        const { parentPort, workerData } = require('node:worker_threads');
        const { Predictor } = require(workerData.dist);
        Predictor.load(workerData.file).then(async (predictor) => {
          const outputs = await predictor.predict(new Float32Array(64));
          parentPort.postMessage(outputs.length);
          void predictor.predict(new Float32Array(32 * 20000));
        });\`;
      const workerData = { dist: require.resolve('./dist/index.js'), file: process.argv[1] };
      for (let i = 0; i < 2; i++) {
        const worker = new Worker(source, { eval: true, workerData });
        worker.once('message', (length) => { console.log(length); void worker.terminate(); });
      }`;
    const { stdout, status, stderr } = spawnSync(process.execPath, ['-e', code, file], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ stdout, status, stderr }).toMatchObject({ stdout: '6\n6\n', status: 0 });
  });

  it('lets a process end in the middle of a batch, and waits for one otherwise', async () => {
    using trainer = await trained();
    const file = join(newFolder(), 'm.thalweg');
    await trainer.saveModel(file);
    const code = `
      const { Predictor } = require('./dist/index.js');
      Predictor.load(process.argv[1]).then((predictor) => {
        predictor.predict(new Float32Array(32 * 20000)).then(({ length }) => console.log(length));
        if (process.argv[2] === 'exit') setImmediate(() => process.exit(7));
      });`;
    const ends = ['exit', 'wait'].map((how) =>
      spawnSync(process.execPath, ['-e', code, file, how], { encoding: 'utf8', timeout: 60_000 }),
    );
    expect(ends.map(({ status, stdout }) => [status, stdout])).toEqual([
      [7, ''],
      [0, '60000\n'],
    ]);
  });
});

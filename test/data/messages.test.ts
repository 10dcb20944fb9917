/** Worker threads share the native rows of a data set that is sent to them. */
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const length = 300;
const set = data.fromArrays({
  inputs: Float32Array.from({ length: length * 4 }, (_, i) => Math.sin(i)),
  shape: [length, 2, 2],
  labels: Int32Array.from({ length }, (_, i) => i % 3),
});

const script = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Trainer, data, nn, optim } = require(${JSON.stringify(process.cwd())});
  (async () => {
    const train = data.fromMessage(workerData);
    const trainer = new Trainer({
      model: nn.sequential({ input: train.shape }, nn.flatten(), nn.dense(3)),
      loss: 'softmaxCrossEntropy', optimizer: optim.adam(), seed: 5, device: 'cpu',
    });
    await trainer.fit(train, { epochs: 2, batchSize: 16 });
    const external = process.memoryUsage().external;
    const parameters = trainer.parameters();
    trainer.dispose();
    train.dispose();
    parentPort.postMessage({ parameters, external });
  })();
`;

function inWorker(dataset: data.Dataset): Promise<{ parameters: Record<string, Float32Array> }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { eval: true, workerData: dataset });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe('a data set in a message', () => {
  it('trains in worker threads to the bits of this thread', async () => {
    const { train } = set.split({ validation: 0.2, seed: 3 });
    using trainer = new Trainer({
      model: nn.sequential({ input: [2, 2] }, nn.flatten(), nn.dense(3)),
      loss: 'softmaxCrossEntropy',
      optimizer: optim.adam(),
      seed: 5,
      device: 'cpu',
    });
    const results = Promise.all([inWorker(train), inWorker(train)]);
    await trainer.fit(train, { epochs: 2, batchSize: 16 });
    for (const { parameters } of await results) expect(parameters).toEqual(trainer.parameters());
    expect(train.take(3).length).toBe(3);
  });

  it('is the same rows under another handle', () => {
    const received = data.fromMessage(structuredClone(set));
    expect(received).toMatchObject({ length, shape: [2, 2], labelKind: 'sparse', id: set.id });
    const view = data.fromMessage(structuredClone(set.skip(290)));
    expect([...view.sourceRows()]).toEqual(Array.from({ length: 10 }, (_, i) => 290 + i));
    received.dispose();
    expect(set.take(1).length).toBe(1);
  });

  it('is refused where a data set must be, with the remedy', async () => {
    const error = await failure(() => set.concat(structuredClone(set) as never));
    expect(error).toMatchObject({ code: 'TYPE' });
    expect(error.message).toContain('data.fromMessage');
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'TYPE'],
    ['text', 'set', 'TYPE'],
    ['no id', { shape: [2, 2] }, 'TYPE'],
    ['an id of another process', { id: `0123456789abcdef-1`, shape: [2, 2] }, 'DISPOSED'],
    ['an id that is none', { id: '', shape: [2, 2] }, 'DISPOSED'],
    ['another shape', { id: set.id, shape: [2, 3] }, 'SHAPE'],
    ['a shape of nothing', { id: set.id, shape: [0] }, 'RANGE'],
    ['no shape', { id: set.id }, 'TYPE'],
  ])('is refused for %s', async (_, message, code) => {
    expect(await failure(() => data.fromMessage(message))).toMatchObject({ code });
  });

  it('is gone after its data set', async () => {
    const gone = data.fromArrays({ inputs: new Float32Array(4), shape: [2, 2] });
    const message = structuredClone(gone);
    gone.dispose();
    expect(await failure(() => data.fromMessage(message))).toMatchObject({ code: 'DISPOSED' });
  });
});

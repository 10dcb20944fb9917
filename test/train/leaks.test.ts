/** Objects that are disposed of, or dropped, leave no memory behind. */
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';

/**
 * Returns the resident bytes after `count` calls, beyond those after the first tenth. Node.js
 * finalizes native objects between turns of the event loop, so the calls leave turns.
 */
async function growth(count: number, body: () => void | Promise<void>): Promise<number> {
  let settled = 0;
  for (let i = 0; i < count; i++) {
    await body();
    if (i % 1000 === 0) await setImmediate();
    if (i === Math.floor(count / 10)) settled = process.memoryUsage().rss;
  }
  return process.memoryUsage().rss - settled;
}

const megabytes = 2 ** 20;
// The sanitizers keep some freed memory, and records of it.
const limit = process.env['THALWEG_SANITIZER'] === undefined ? 30 : 200;

it('100,000 steppers', async () => {
  const weight = new Float32Array(1000);
  const grown = await growth(100_000, () => {
    optim.bind(optim.adam(), { weight }).dispose();
  });
  // V8's own heap moves by 70 MB on a busy machine, and a leak of the slots alone would be 800 MB.
  expect(grown).toBeLessThan((limit + 100) * megabytes);
});

it('5,000 data sets and 1,000 trainers that trained', async () => {
  const inputs = new Float32Array(10_000);
  const labels = new Int32Array(100);
  const sets = await growth(5000, () => {
    data.fromArrays({ inputs, shape: [100, 100], labels }).dispose();
  });
  expect(sets).toBeLessThan(30 * megabytes); // a leak would be 200 MB
  const set = data.fromArrays({ inputs, shape: [100, 100], labels });
  const model = nn.sequential({ input: [100] }, nn.dense(200), nn.dense(2));
  const trainers = await growth(1000, async () => {
    using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
    await trainer.fit(set, { epochs: 1, batchSize: 50 });
  });
  expect(trainers).toBeLessThan((limit + 20) * megabytes); // a leak of the arenas would be 450 MB
});

it('predictions of 800 different numbers of rows', async () => {
  const layers = [64, 64, 64, 10].map((units) => nn.dense(units));
  const model = nn.sequential({ input: [64] }, ...layers);
  using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  const inputs = new Float32Array(800 * 64);
  const predict = async (from: number, to: number): Promise<number> => {
    for (let rows = from; rows <= to; rows++)
      await trainer.predict(inputs.subarray(0, rows * 64), { batchSize: 800 });
    return process.memoryUsage().rss;
  };
  const settled = await predict(1, 400);
  const grown = (await predict(401, 800)) - settled;
  expect(grown).toBeLessThan(2 * limit * megabytes);
});

it('40 trainers that are dropped are collected, for V8 is told how they grow with the batch', async () => {
  const rows = 20_000;
  const model = nn.sequential({ input: [10] }, nn.dense(200), nn.dense(2));
  const shape = [rows, 10] as const;
  const inputs = new Float32Array(rows * 10);
  using set = data.fromArrays({ inputs, shape, labels: new Int32Array(rows) });
  const start = process.memoryUsage().rss;
  let most = 0;
  for (let i = 0; i < 40; i++) {
    const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
    await trainer.fit(set, { epochs: 1, batchSize: 'full' });
    await setImmediate();
    most = Math.max(most, process.memoryUsage().rss);
  }
  expect(most - start).toBeLessThan(500 * megabytes); // all of them take 1.4 GB
});

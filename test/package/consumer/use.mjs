// Uses the package as a reader does, in any runtime. Each check prints a line.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { ThalwegError, device } from 'thalweg';
import { endless, hash, makeTrainer, options, xor } from './xor.mjs';

function expectEqual(received, expected, what) {
  if (received !== expected) throw new Error(`${what}: ${received}, expected ${expected}`);
}

function startWorker(workerData) {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData });
  const message = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { worker, message };
}

/** Trains until an epoch has the number, and aborts there. */
async function abortAt(epoch, settings) {
  const trainer = makeTrainer();
  const controller = new AbortController();
  const history = await trainer.fit(xor, {
    ...settings,
    signal: controller.signal,
    onEvent(event) {
      if (event.type === 'epoch' && event.epoch >= epoch) controller.abort();
    },
  });
  trainer.dispose();
  return history;
}

let uninterrupted;
const checks = {
  'one instance of ES module and CommonJS'() {
    const { ThalwegError: other } = createRequire(import.meta.url)('thalweg');
    expectEqual(other, ThalwegError, 'the class of errors');
  },
  async 'learning xor'() {
    const trainer = makeTrainer();
    await trainer.fit(xor, options);
    expectEqual((await trainer.evaluate(xor)).accuracy, 1, 'the accuracy');
    uninterrupted = hash(trainer);
    trainer.dispose();
  },
  async 'an abort'() {
    expectEqual((await abortAt(3, endless)).reason, 'aborted', 'the reason of the end');
  },
  async 'a checkpoint'() {
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-'));
    const settings = { ...options, checkpoint: { folder, everyEpochs: 10 } };
    expectEqual((await abortAt(50, settings)).reason, 'aborted', 'the reason of the end');
    const trainer = makeTrainer();
    await trainer.resume(folder);
    const { reason } = await trainer.fit(xor, settings);
    expectEqual(reason, 'completed', 'the reason of the end');
    expectEqual(hash(trainer), uninterrupted, 'the bits of a resumed run');
    trainer.dispose();
    rmSync(folder, { recursive: true });
  },
  async 'a worker thread'() {
    const { worker, message } = startWorker({ endless: false });
    expectEqual(await message, uninterrupted, 'the bits of a run in a worker thread');
    await worker.terminate();
  },
  async 'a worker thread that is terminated while it trains'() {
    const { worker, message } = startWorker({ endless: true });
    expectEqual(await message, 'begun', 'the message of the worker thread');
    await worker.terminate();
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAILED ${name}: ${error?.stack ?? error}`);
  }
}
const { isa, threads, operations } = device.explain();
const products = operations.find(({ operation }) => operation === 'dense_forward');
console.log(`ES modules: ${isa}, ${threads} threads, ${products.implementation}`);

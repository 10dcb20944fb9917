/**
 * Trains one epoch of the MNIST network over made-up bytes, in a process of its own, with the
 * package that is built in the folder ROOT: `node epoch.mjs ROOT [worker]`. With `worker`, a worker
 * thread loads the package first and trains. process.ts has the protocol.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

async function makeEpoch(root) {
  const { Trainer, data, nn, optim } = await import(pathToFileURL(`${root}/dist/index.mjs`).href);
  const rows = 60_000;
  const inputs = Uint8Array.from({ length: rows * 784 }, (_, i) => (i * 2654435761) >>> 24);
  const labels = Int32Array.from({ length: rows }, (_, i) => ((i * 2654435761) >>> 8) % 10);
  const set = data.fromArrays({ inputs, shape: [rows, 784], labels, scale: 1 / 255 });
  const hidden = nn.dense(128, { activation: 'relu' });
  const model = nn.sequential({ input: [784] }, hidden, nn.dense(10));
  const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  return async (count) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; ++i) await trainer.fit(set, { epochs: 1, batchSize: 128 });
    return Number(process.hrtime.bigint() - start) / 1e9 / count;
  };
}

/** Makes the epochs in a worker thread. */
function makeWorkerEpoch(root) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: root });
  worker.unref();
  return async (count) => {
    worker.postMessage(count);
    const [seconds] = await once(worker, 'message'); // it rejects where the worker fails
    return seconds;
  };
}

async function serve() {
  const [root, place] = process.argv.slice(2);
  const epoch = place === 'worker' ? makeWorkerEpoch(root) : await makeEpoch(root);
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.startsWith('run ')) {
      await epoch(1);
      console.log(JSON.stringify({ ready: true }));
    } else console.log(JSON.stringify({ seconds: await epoch(Number(line.slice(4))) }));
  }
}

if (isMainThread) void serve();
else {
  const epoch = await makeEpoch(workerData);
  parentPort.on('message', async (count) => parentPort.postMessage(await epoch(count)));
}

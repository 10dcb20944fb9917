/**
 * Does one thing over and over, and prints as JSON how the resident memory grew: its size after a
 * quarter of the time, and at the end.
 *   node --expose-gc test/hazards/cycles.mjs objects|workers|soak COUNT (for soak: seconds)
 */
/* global gc, performance, setImmediate */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const dist = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const { Trainer, data, nn, optim } = createRequire(import.meta.url)(dist);
const [kind, amount] = [process.argv[2], Number(process.argv[3])];

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Finalizers run between turns of the event loop. */
async function resident() {
  for (let i = 0; i < 5; i++) {
    gc();
    await turn();
  }
  return process.memoryUsage().rss;
}

const rows = 64;
const make = () => ({
  set: data.fromArrays({
    inputs: new Float32Array(rows * 16).fill(0.5),
    shape: [rows, 16],
    labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
  }),
  trainer: new Trainer({
    model: nn.sequential({ input: [16] }, nn.dense(32, { activation: 'relu' }), nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
  }),
});

/** Makes one of each object that holds native memory. */
function objects() {
  const { set, trainer } = make();
  const stepper = optim.bind(optim.adam(), { weight: new Float32Array(64) });
  trainer.dispose();
  stepper.dispose();
  set.dispose();
}

/** Starts an environment that ends in the middle of a run, every other time by itself. */
async function worker(i) {
  const end = i % 2 === 0 ? 'process.exit(0)' : 'undefined';
  const code = `
    const { Trainer, data, nn, optim } = require(${JSON.stringify(dist)});
    const make = ${make.toString()}; const rows = ${rows};
    const { set, trainer } = make();
    trainer.fit(set, { epochs: 1e9 });
    require('node:worker_threads').parentPort.postMessage('running');
    setTimeout(() => ${end}, 5);`;
  const thread = new Worker(code, { eval: true });
  const exit = new Promise((resolve) => thread.once('exit', resolve));
  await new Promise((resolve) => thread.once('message', resolve));
  if (i % 2 === 1) await thread.terminate();
  await exit;
}

/** Does all that a trainer can do, for a while. */
async function life() {
  const { set, trainer } = make();
  await trainer.fit(set, { epochs: 2, batchSize: 16, validation: set, monitor: true });
  await trainer.evaluate(set, { metrics: ['f1'] });
  await trainer.predict(new Float32Array(16 * 10));
  trainer.gradients(set, Uint32Array.of(1, 2));
  trainer.dispose();
  set.dispose();
}

const bodies = { objects, workers: worker, soak: life };
const seconds = () => performance.now() / 1000;
const start = seconds();
const share = (i) => (kind === 'soak' ? (seconds() - start) / amount : i / amount);
let settled;
let count = 0;
for (; share(count) < 1; count++) {
  await bodies[kind](count);
  if (count % 1000 === 0) await turn();
  if (settled === undefined && share(count + 1) >= 0.25) settled = await resident();
}
console.log(JSON.stringify({ count, settled, end: await resident() }));

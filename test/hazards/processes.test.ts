/** Threads and processes end, collect garbage or read files while training runs. */
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type History, Trainer, data, nn, optim } from '../../src/index.js';
import { sameBits } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { ending, setUp } from './ending.js';

describe('a process that has trained', () => {
  // Its children start anew: nothing of the parent's threads may be missing there.
  const once = `const train = () => make().fit(set, { epochs: 1 }).then((h) => h.epochs[0].loss);`;
  const compare = `.then((loss) => { if (loss !== expected) throw new Error(loss + ' is not ' + expected); })`;

  it('has children by child_process.fork that train to the same loss', async () => {
    const file = join(newFolder(), 'child.cjs');
    writeFileSync(file, `${setUp}${once} train().then((loss) => process.send(loss));`);
    const script = `${once} train().then((expected) => new Promise((resolve, reject) => {
        require('node:child_process').fork(${JSON.stringify(file)}).on('message', resolve).on('error', reject);
      })${compare});`;
    expect(await ending(script)).toEqual({ status: 0, output: '' });
  });

  it('has children by cluster.fork that train to the same loss', async () => {
    const file = join(newFolder(), 'cluster.cjs');
    writeFileSync(
      file,
      `${setUp}${once}
      const cluster = require('node:cluster');
      if (cluster.isPrimary) cluster.setupPrimary({ exec: __filename });
      if (cluster.isPrimary)
        train().then((expected) => new Promise((resolve) => {
          for (let i = 0; i < 2; i++) cluster.fork().on('message', resolve);
        })${compare});
      else train().then((loss) => process.send(loss, () => process.disconnect()));`,
    );
    expect(await ending(`require(${JSON.stringify(file)});`)).toEqual({ status: 0, output: '' });
  });
});

describe('a process with running trainers', () => {
  const running = `for (let i = 0; i < 3; i++) make().fit(set, endless);`;

  // These repetitions are enough to meet the end of the process in the middle of a loop over threads.
  it('ends by process.exit in a listener', async () => {
    const script = `${running}
      make().fit(set, { ...endless, onEvent: ({ type }) => type === 'epoch' && process.exit(7) });`;
    const endings = await Promise.all(Array.from({ length: 8 }, () => ending(script)));
    expect(endings).toEqual(endings.map(() => ({ status: 7, output: '' })));
  });

  it('ends by process.exit in the middle of a product of seconds', async () => {
    const script = `
      const wide = nn.sequential({ input: [8] }, nn.dense(2000), nn.dense(2000), nn.dense(2));
      const rows = 40_000;
      const inputs = new Float32Array(rows * 8).fill(0.5);
      const many = data.fromArrays({ inputs, shape: [rows, 8], labels: new Int32Array(rows) });
      const trainer = new Trainer({ model: wide, loss: 'softmaxCrossEntropy', optimizer: optim.sgd() });
      trainer.fit(many, { epochs: 1e9, batchSize: 'full' });
      setTimeout(() => process.exit(7), 1500);`;
    const endings = await Promise.all(Array.from({ length: 3 }, () => ending(script)));
    expect(endings).toEqual(endings.map(() => ({ status: 7, output: '' })));
  });

  it('ends by an error that nobody catches', async () => {
    const script = `${running} setTimeout(() => { throw new Error('stray'); }, 100);`;
    const { status, output } = await ending(script);
    expect([status, output.includes('Error: stray')]).toEqual([1, true]);
  });

  it('ends by a signal', async () => {
    const script = `${running} setTimeout(() => console.log('ready'), 100);`;
    expect(await ending(script, 'SIGTERM')).toEqual({ status: 'SIGTERM', output: '' });
  });

  it('ends by a failed run that nobody awaits, and prints its error', async () => {
    const { status, output } = await ending(`make().fit(set, { epochs: 0 });`);
    expect(status).toBe(1);
    expect(output).toContain('expected an integer in [1, ∞) for `fit.epochs`, received 0');
  });

  it('ends by itself, where a signal fires after disposal', async () => {
    const script = `const trainer = make(), controller = new AbortController();
      trainer.fit(set, { ...endless, signal: controller.signal });
      setTimeout(() => { trainer.dispose(); controller.abort(); }, 100);`;
    expect(await ending(script)).toEqual({ status: 0, output: '' });
  });

  it('ends by itself, once its runs are done, although nothing was disposed of', async () => {
    expect(await ending(`make().fit(set, { epochs: 2 });`)).toEqual({ status: 0, output: '' });
  });
});

describe('worker threads', () => {
  const train = `${setUp} for (let i = 0; i < 3; i++) make().fit(set, endless);
    const idle = make(); idle.predict(new Float32Array(64 * 5000)).catch(() => {}); idle.dispose();`;
  const message = async (worker: Worker): Promise<unknown> =>
    new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));

  it('may end in the middle with several trainers each, and disturb no other', async () => {
    const model = nn.sequential({ input: [8] }, nn.dense(32, { activation: 'tanh' }), nn.dense(3));
    const inputs = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i));
    const labels = Int32Array.from({ length: 1000 }, (_, i) => i % 3);
    using set = data.fromArrays({ inputs, shape: [1000, 8], labels });
    const make = (): Trainer =>
      new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
    using alone = make();
    await alone.fit(set, { epochs: 60, batchSize: 50 });

    const workers = Array.from({ length: 3 }, () => {
      return new Worker(`${train} parentPort.postMessage('running');`, { eval: true });
    });
    await Promise.all(workers.map(message));
    using disturbed = make();
    const run = disturbed.fit(set, { epochs: 60, batchSize: 50 });
    const codes = await Promise.all(workers.map((worker) => worker.terminate()));
    await run;
    expect(codes).toEqual([1, 1, 1]);
    const expected = alone.parameters();
    for (const [name, array] of Object.entries(disturbed.parameters()))
      expect(sameBits(array, expected[name]!), name).toBe(true);
  });

  it('exit by themselves while trainers run', async () => {
    const worker = new Worker(`${train} setTimeout(() => process.exit(5), 50);`, { eval: true });
    expect(await new Promise((resolve) => worker.once('exit', resolve))).toBe(5);
  });
});

describe('in one process', () => {
  const model = nn.sequential({ input: [64] }, nn.dense(256, { activation: 'relu' }), nn.dense(3));
  const make = (): Trainer =>
    new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  const examples = (): data.Dataset => {
    const labels = Int32Array.from({ length: 2000 }, (_, i) => i % 3);
    return data.fromArrays({ inputs: new Float32Array(128_000), shape: [2000, 64], labels });
  };

  it('garbage collection leaves a run alone whose trainer and data nobody holds', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let collected = false;
    const registry = new FinalizationRegistry(() => (collected = true));
    let history: History | undefined;
    (() => {
      const trainer = make();
      registry.register(trainer, 0);
      void trainer.fit(examples(), { epochs: 5 }).then((result) => (history = result));
    })();
    while (history === undefined) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(history.reason).toBe('completed');
    for (let i = 0; i < 200 && !collected; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(collected).toBe(true); // nothing holds it after the end
  });

  it("files are read while more trainers run than libuv's pool has threads", async () => {
    using set = examples();
    const trainers = Array.from({ length: 6 }, make);
    const controller = new AbortController();
    let ended = 0;
    const options = { epochs: 1_000_000, signal: controller.signal };
    const runs = trainers.map(async (trainer) => {
      await trainer.fit(set, options);
      ended++;
    });
    expect((await readFile('package.json', 'utf8')).length).toBeGreaterThan(0);
    expect(ended).toBe(0);
    controller.abort();
    await Promise.all(runs);
    trainers.forEach((trainer) => trainer.dispose());
  });

  it('V8 is told of native memory: what is dropped is collected before it piles up', async () => {
    const inputs = new Float32Array(2 ** 20);
    const before = process.memoryUsage().rss;
    let most = 0;
    for (let i = 0; i < 300; i++) {
      data.fromArrays({ inputs, shape: [2 ** 20, 1] }); // 4 MB each, 1.2 GB in all
      await new Promise((resolve) => setImmediate(resolve)); // finalizers run between turns
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(most).toBeLessThan(2 ** 29);
  });

  it('subnormal numbers of JavaScript survive steps and runs', async () => {
    const half = (x: number): number => x * 0.5;
    using set = examples();
    using trainer = make();
    await trainer.fit(set, { epochs: 1 });
    const weight = new Float32Array(100);
    optim.bind(optim.adam(), { weight }).step({ weight: new Float32Array(100).fill(1e-40) });
    expect(half(1e-320)).toBeGreaterThan(0);
    expect(half(Math.fround(1e-40))).toBeGreaterThan(0);
  });
});

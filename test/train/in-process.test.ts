/** A trainer in worker threads, and in processes that end. */
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

describe('in the process', () => {
  const addon = JSON.stringify(join(process.cwd(), 'dist', 'index.js'));
  const setUp = `
    const { Trainer, data, nn, optim } = require(${addon});
    const model = nn.sequential({ input: [64] }, nn.dense(256, { activation: 'relu' }), nn.dense(3));
    const set = data.fromArrays({ inputs: new Float32Array(64 * 2000).fill(0.1), shape: [2000, 64], labels: new Int32Array(2000) });
    const make = () => new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
    const trainer = make();`;

  it('trains in worker threads, and a worker can be ended in the middle', async () => {
    const finish = new Worker(
      `${setUp} trainer.fit(set, { epochs: 2 }).then((h) => require('node:worker_threads').parentPort.postMessage(h.epochs.length));`,
      { eval: true },
    );
    expect(await new Promise((resolve) => finish.once('message', resolve))).toBe(2);
    await finish.terminate();
    for (let i = 0; i < 3; i++) {
      const endless = new Worker(
        `${setUp} trainer.fit(set, { epochs: 1e6 }); require('node:worker_threads').parentPort.postMessage(0);`,
        { eval: true },
      );
      await new Promise((resolve) => endless.once('message', resolve));
      await endless.terminate();
    }
  });

  /** Returns the exit status of a script in its own process. */
  async function exitOf(script: string): Promise<unknown> {
    const { spawn } = await import('node:child_process');
    // LeakSanitizer, where it runs, cannot look at a process with threads at work.
    const env = {
      ...process.env,
      ASAN_OPTIONS: `${process.env['ASAN_OPTIONS'] ?? ''}:detect_leaks=0`,
    };
    const child = spawn(process.execPath, ['-e', `${setUp} ${script}`], { env });
    return new Promise((resolve) => child.once('exit', (exit, signal) => resolve(signal ?? exit)));
  }

  it('process.exit during training neither hangs nor crashes', async () => {
    const train = 'trainer.fit(set, { epochs: 1e6 });';
    expect(await exitOf(`${train} setTimeout(() => process.exit(7), 200);`)).toBe(7);
  });

  it('a process ends well with trainers that nobody disposed of', async () => {
    expect(
      await exitOf(`
        globalThis.kept = [set, trainer, make(), make()];
        Promise.all(kept.slice(2).map((each) => each.fit(set, { epochs: 1 })))
          .then(() => { process.exitCode = 5; });`),
    ).toBe(5);
  });
});

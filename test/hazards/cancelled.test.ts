/** Work that takes seconds ends early by a disposal, an abort, or the end of the process. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { newFolder } from '../new-folder.js';

it('the order of an epoch is given up where its run is', async () => {
  const rows = 2 ** 22;
  const weights = new Float64Array(rows).fill(1);
  const sampling = data.weighted({ weights, replacement: false });
  using set = data.fromArrays({
    inputs: new Uint8Array(rows),
    shape: [rows, 1],
    labels: new Int32Array(rows),
  });
  const begin = performance.now();
  new data.Shuffler({ length: rows, batchSize: 1024, sampling })[Symbol.iterator]().next();
  const whole = performance.now() - begin;

  const model = nn.sequential({ input: [1] }, nn.dense(2));
  const optimizer = optim.sgd();
  const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer });
  const run = trainer.fit(set, { epochs: 1, batchSize: 1024, sampling });
  await sleep(whole / 8);
  const disposed = performance.now();
  trainer.dispose();
  expect(performance.now() - disposed).toBeLessThan(whole / 2);
  expect(await run.then(({ reason }) => reason)).toBe('aborted');
});

describe('a process that ends', () => {
  it('runs no destructors under a job that does not stop', () => {
    const library = join(newFolder(), 'destructors.so');
    const source = `
      #include <unistd.h>
      __attribute__((destructor)) static void tell() { (void)!write(2, "destructors", 11); }`;
    const compile = ['-shared', '-fPIC', '-x', 'c++', '-', '-o', library];
    execFileSync('g++', compile, { input: source });
    // One product takes minutes, on the reference's plain loops.
    const script = `
      const { Trainer, data, nn, optim } = require(${JSON.stringify(join(process.cwd(), 'dist'))});
      const width = 4096, rows = 1024;
      const model = nn.sequential({ input: [width] }, nn.dense(width), nn.dense(1));
      const options = { model, loss: 'meanSquaredError', optimizer: optim.sgd() };
      const trainer = new Trainer({ ...options, device: 'reference' });
      trainer.predict(new Float32Array(rows * width), { batchSize: rows });
      setTimeout(() => process.exit(7), 700);`;
    const preload = [process.env['LD_PRELOAD'], library].filter(Boolean).join(' '); // a sanitizer's first
    const env = { ...process.env, LD_PRELOAD: preload };
    const ended = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
    expect([ended.status, ended.stderr]).toEqual([7, '']);
  });
});

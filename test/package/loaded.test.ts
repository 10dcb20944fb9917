/**
 * Node.js closes an addon with its last environment. Thalweg's addon stays, because its threads
 * need it.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const folder = newFolder();

it('stays loaded when the worker thread ends that alone used it, and serves the next one', () => {
  const script = `
    const { Worker } = require('node:worker_threads');
    const { readFileSync } = require('node:fs');
    const isLoaded = () => readFileSync('/proc/self/maps', 'latin1').includes('/thalweg.node');
    const body = \`
      const { Trainer, data, nn, optim } = require(${JSON.stringify(join(process.cwd(), 'dist'))});
      const set = data.fromArrays({
        inputs: new Float32Array(64 * 500).fill(0.1), shape: [500, 64], labels: new Int32Array(500),
      });
      const model = nn.sequential({ input: [64] }, nn.dense(256), nn.dense(3));
      const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
      trainer.fit(set, { epochs: 2 }).then(() => trainer.dispose());\`;
    (async () => {
      const loaded = [isLoaded()];
      for (let i = 0; i < 3; ++i) {
        await new Promise((resolve) => new Worker(body, { eval: true }).once('exit', resolve));
        loaded.push(isLoaded());
      }
      console.log(JSON.stringify(loaded));
    })();`;
  const output = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual([false, true, true, true]);
});

it.each(['module.exports = {};', 'module.exports = null;', ''])(
  'a module that is no addon is UNSUPPORTED: %o',
  (text) => {
    const file = join(folder, 'other.js');
    writeFileSync(file, text);
    const script = `
      try { require(${JSON.stringify(join(process.cwd(), 'dist'))}); }
      catch ({ code, path }) { console.log(JSON.stringify([code, path])); }`;
    const env = { ...process.env, THALWEG_ADDON: file };
    const output = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env });
    expect(JSON.parse(output)).toEqual(['UNSUPPORTED', file]);
  },
);

/** Native code compares what it is given with the sizes that its own memory has. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { addonFile, native } from '../../src/native.js';
import { failure } from '../oracle/failure.js';
import { made, train } from './native-trainer.js';

describe('the border of a trainer', () => {
  it('refuses rows of another width, and labels that the loss cannot read', async () => {
    const { trainer, request } = made();
    const array = (length: number): Float32Array => new Float32Array(length);
    const { features } = train;
    const base = { rows: 24, scale: 1, offset: 0 };
    const wrongSets = [
      { inputs: array(24 * (features + 1)), features: features + 1, labels: new Int32Array(24) },
      { inputs: array(24), features: 1, labels: new Int32Array(24) },
      { inputs: array(24 * features), features, labels: array(24), labelWidth: 1 },
      { inputs: array(24 * features), features, labels: undefined, labelWidth: 0 },
    ];
    for (const options of wrongSets) {
      const dataset = new native.Dataset({ labelWidth: 1, ...base, ...options });
      const pass = async () => trainer.train({ ...request, dataset }, () => undefined);
      expect(await failure(pass)).toMatchObject({ code: 'SHAPE', path: 'dataset' });
    }
    expect(trainer.stepCount()).toBe(0);
    trainer.dispose();
  });

  it('refuses a row of settings of another length, and a policy that is none', async () => {
    const { trainer, request } = made();
    const { settings } = request;
    const longer = Float64Array.of(...settings, 0.5);
    const policy = native.names.stepSettings.indexOf('nonFinite');
    const withPolicy = (value: number) => settings.map((each, i) => (i === policy ? value : each));
    const cases: [Float64Array, string][] = [
      [settings.slice(0, -1), 'SHAPE'],
      [longer, 'SHAPE'],
      ...[-1, 3, 0.5, NaN, Infinity].map((value): [Float64Array, string] => [
        withPolicy(value),
        'RANGE',
      ]),
    ];
    for (const [row, code] of cases) {
      const pass = async () => trainer.train({ ...request, settings: row }, () => undefined);
      expect((await failure(pass)).code).toBe(code);
    }
    expect(trainer.stepCount()).toBe(0);
    trainer.dispose();
  });

  it.each([
    ['rows', { rows: 0, inputs: new Float32Array(0), labels: new Int32Array(0) }],
    ['features', { features: 0, inputs: new Float32Array(0) }],
    ['labelWidth', { labels: new Float32Array(0), labelWidth: 0 }],
  ])('refuses a data set whose %s is 0', async (path, change) => {
    const options = { rows: 2, features: 1, scale: 1, offset: 0, labelWidth: 1 };
    const arrays = { inputs: new Float32Array(2), labels: new Int32Array(2) };
    const make = () => new native.Dataset({ ...options, ...arrays, ...change });
    expect(await failure(make)).toMatchObject({ code: 'RANGE', path });
  });
});

describe('the classes of data sets', () => {
  it('are made by functions only, and their facts stay', async () => {
    for (const type of [data.Dataset, data.Sampling]) {
      const make = () => new (type as unknown as new () => unknown)();
      expect((await failure(make)).code).toBe('TYPE');
    }
    expect(Object.isFrozen(train)).toBe(true);
  });
});

describe('a snapshot', () => {
  it('is freed while its worker ends', () => {
    const script = `
      const { parentPort } = require('node:worker_threads');
      const native = require(process.env.ADDON);
      const snapshot = new native.Snapshot(64 << 20);
      snapshot.write(0, new Uint8Array(64 << 20));
      snapshot.dispose();
      process.exit();`;
    const main = `
      const { Worker } = require('node:worker_threads');
      const run = () => new Promise((resolve, reject) =>
        new Worker(${JSON.stringify(script)}, { eval: true }).on('exit', resolve).on('error', reject));
      (async () => {
        await run();
        const before = process.memoryUsage.rss();
        for (let i = 0; i < 20; i++) await run();
        await new Promise((resolve) => setTimeout(resolve, 100));
        console.log(Math.round((process.memoryUsage.rss() - before) / 2 ** 20));
      })();`;
    const env = { ...process.env, ADDON: addonFile };
    const grown = Number(execFileSync(process.execPath, ['-e', main], { env, encoding: 'utf8' }));
    expect(grown).toBeLessThan(640); // half of what 20 snapshots take
  });
});

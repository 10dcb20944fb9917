/** Native code checks each count that JavaScript passes, wherever it reads memory by the count. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { nativeDataset } from '../../src/data/dataset.js';
import { addonFile, native } from '../../src/native.js';
import type { NativeEpochProgress, NativeTrainRequest } from '../../src/native.js';
import { average, data, optim } from '../../src/index.js';
import { planTrainer } from '../../src/train/build.js';
import { failure } from '../oracle/failure.js';
import { classes, model } from '../checkpoint/runs.js';

const wrong = [-1, -1e12, 0.5, 1e308, NaN, Infinity, 2 ** 53 + 2, 'x', null, {}];
const refused = expect.stringMatching(/^(RANGE|TYPE|OVERFLOW|SHAPE)$/) as string;
const train = classes(24);

function made(options: object = {}) {
  const plan = planTrainer({
    ...{ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() },
    ...{ device: 'cpu:baseline', ...options },
  });
  const trainer = new native.Trainer(plan.native);
  const { settings } = plan;
  const rates = settings.table(3, (step) => ({ step, epoch: 0, history: [] }));
  const request: NativeTrainRequest = {
    ...{ dataset: nativeDataset(train), epoch: 0, batchSize: 8, shuffle: true, dropLast: false },
    ...{ settings: settings.values, columns: settings.columns, rates: rates.values },
  };
  return { trainer, plan, request };
}

const done: NativeEpochProgress = {
  ...{ lossSum: 1, correct: 1, examples: 8, steps: 1, skipped: 0, gradientNorm: 1, lastLoss: 1 },
};

describe('a run of steps', () => {
  const keys = ['epoch', 'batchSize', 'partRows', 'mostSteps', 'monitorEvery', 'guardEvery'];

  it.each(keys)('refuses a wrong %s, and takes no step', async (key) => {
    const { trainer, request } = made();
    for (const value of wrong) {
      const train = async () => trainer.train({ ...request, [key]: value }, () => undefined);
      const { code } = await failure(train);
      expect({ value, code }).toEqual({ value, code: refused });
    }
    expect(trainer.stepCount()).toBe(0);
    trainer.dispose();
  });

  it.each(['steps', 'skipped', 'examples', 'correct'])(
    '… and wrong %s done before',
    async (key) => {
      const { trainer, request } = made();
      for (const value of wrong) {
        const before = { ...done, [key]: value } as NativeEpochProgress;
        const train = async () => trainer.train({ ...request, before }, () => undefined);
        const { code } = await failure(train);
        expect({ value, code }).toEqual({ value, code: refused });
      }
      expect(trainer.stepCount()).toBe(0);
      trainer.dispose();
    },
  );

  it('refuses more finished steps than the epoch or the table has', async () => {
    const { trainer, request } = made();
    const run = async (before: Partial<NativeEpochProgress>, rates = request.rates) =>
      trainer.train({ ...request, rates, before: { ...done, ...before } }, () => undefined);
    for (const more of [{ skipped: 3 }, { steps: 4 }, { steps: 2 ** 53, skipped: 2 ** 53 }])
      expect((await failure(() => run(more))).code).toBe('RANGE');
    const short = request.rates.subarray(0, request.columns.length);
    expect(await failure(() => run({}, short))).toMatchObject({ code: 'RANGE', path: 'rates' });
    expect(trainer.stepCount()).toBe(0);
    expect((await run({})).steps).toBe(3);
    trainer.dispose();
  });
});

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

  it('refuses wrong counters, and a trainer those that it cannot have', async () => {
    const { trainer } = made({ average: average.ema() });
    const bytes = trainer.state().reduce((sum, { length }) => sum + 4 * length, 0);
    const snapshot = new native.Snapshot(bytes);
    await trainer.save(snapshot);
    snapshot.release();
    const counters = snapshot.counters();
    for (const key of ['step', 'skipped'])
      for (const value of wrong) {
        const set = () => {
          snapshot.setCounters({ ...counters, [key]: value });
        };
        expect(set).toThrow(expect.objectContaining({ code: refused }));
      }
    for (const scalars of [
      [NaN, 0],
      [Infinity, 0],
      [-1, 0],
      [0.5, 0],
      [1e300, 0],
      [3, 0],
      [0, NaN],
    ]) {
      snapshot.setCounters({ ...counters, step: 2, scalars: Float64Array.from(scalars) });
      expect((await failure(() => trainer.load(snapshot))).code).toBe('RANGE');
    }
    snapshot.setCounters({ ...counters, scalars: new Float64Array(9) });
    expect((await failure(() => trainer.load(snapshot))).code).toBe('SHAPE');
    expect([trainer.stepCount(), trainer.averagedCount()]).toEqual([0, 0]);
    trainer.dispose();
  });
});

describe('passes over data', () => {
  it('refuse wrong sizes and numbers of tensors', async () => {
    const { trainer } = made();
    const inputs = new Float32Array(10);
    for (const value of wrong as number[]) {
      const calls = [
        () => trainer.evaluate(nativeDataset(train), value),
        () => trainer.fullGradients(nativeDataset(train), value),
        () => trainer.refreshStatistics(nativeDataset(train), value, false),
        () => trainer.predict(inputs, value, 3, 8, false),
        () => trainer.predict(inputs, 2, value, 8, false),
        () => trainer.predict(inputs, 2, 3, value, false),
        () => trainer.parameter(value, false),
        () => trainer.statistic(value, false),
      ];
      for (const call of calls) {
        const { code } = await failure(async () => call());
        expect({ value, call: String(call), code }).toMatchObject({ code: refused });
      }
    }
    expect((await failure(async () => trainer.predict(inputs, 2, 2, 8, false))).code).toBe('SHAPE');
    expect((await failure(async () => trainer.predict(inputs, 2 ** 53, 3, 8, false))).code).toMatch(
      /OVERFLOW|SHAPE/,
    );
    trainer.dispose();
  });
});

describe('objects that are made from sizes', () => {
  it.each(['rows', 'features', 'labelWidth'])('a data set refuses a wrong %s', (key) => {
    const given = {
      ...{ inputs: new Float32Array(8), rows: 4, features: 2, scale: 1, offset: 0 },
      ...{ labels: new Int32Array(4), labelWidth: 1 },
    };
    for (const value of wrong)
      expect(() => new native.Dataset({ ...given, [key]: value })).toThrow(
        expect.objectContaining({ code: refused }),
      );
  });

  it('a data set whose product of sizes wraps is OVERFLOW', () => {
    const given = { inputs: new Float32Array(0), scale: 1, offset: 0, labels: undefined };
    const make = () =>
      new native.Dataset({ ...given, rows: 2 ** 32, features: 2 ** 32, labelWidth: 0 });
    expect(make).toThrow(expect.objectContaining({ code: 'OVERFLOW' }));
  });

  it('an order refuses positions beyond it', () => {
    const order = new native.Order({ length: 10, seed: 1n, epoch: 0, exact: true });
    const read = (first: number, stride: number, count: number) => () => {
      order.indices(first, stride, new Uint32Array(count));
    };
    for (const [first, stride, count] of [
      [10, 1, 1],
      [9, 1, 2],
      [0, 5, 3],
      [2 ** 53, 1, 1],
      [1, 2 ** 53, 2],
      [5, 2 ** 53, 2 ** 11],
    ] as const)
      expect(read(first, stride, count)).toThrow(expect.objectContaining({ code: 'RANGE' }));
    for (const value of wrong as number[])
      expect(read(value, 1, 1)).toThrow(expect.objectContaining({ code: refused }));
    read(10, 1, 0)();
    read(9, 2 ** 53, 1)();
    read(1, 2, 5)();
    expect(() => native.shuffledIndex(10, 1n, 0, 10)).toThrow(
      expect.objectContaining({ code: 'RANGE' }),
    );
    order.dispose();
  });

  it('a trainer refuses layers, groups and lengths that lead outside', () => {
    const { plan, trainer } = made();
    trainer.dispose();
    const { layers, groups, lengths, initials } = plan.native;
    const [layer] = layers;
    const first = (change: object) => ({ layers: [{ ...layer!, ...change }, ...layers.slice(1)] });
    for (const change of [
      ...[-1, 1, 0.5, NaN, 1e308].map((from) => first({ from: [from] })),
      ...[-1, undefined, {}].map((from) => first({ from })),
      ...[[], [0, 0]].map((from) => first({ from })),
      ...[-1, 2 ** 60, NaN].flatMap((size) => [first({ inputs: size }), first({ outputs: size })]),
      ...[-1, 1, 0.5, NaN].map((group) => ({ groups: [group, ...groups.slice(1)] })),
      ...[-1, 0.5, NaN].map((length) => ({ lengths: [length, ...lengths.slice(1)] })),
      ...[{ groupCount: 0 }, { groupCount: -1 }, { initials: initials.slice(1) }],
    ])
      expect(() => new native.Trainer({ ...plan.native, ...change })).toThrow(
        expect.objectContaining({ code: refused }),
      );
  });

  it('a stepper refuses counters of a state', () => {
    const stepper = new native.Stepper({
      ...{ rule: 'sgd', groupCount: 1, names: ['w'], lengths: [2], groups: [0] },
      ...{ parameters: [new Float32Array(2)], device: 'cpu' },
    });
    const state = stepper.save();
    for (const key of ['step', 'skipped'])
      for (const value of wrong)
        expect(() => stepper.load({ ...state, [key]: value })).toThrow(
          expect.objectContaining({ code: refused }),
        );
    stepper.dispose();
  });
});

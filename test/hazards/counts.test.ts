/** Native code checks each count that JavaScript passes, wherever it reads memory by the count. */
import { describe, expect, it } from 'vitest';
import { nativeDataset } from '../../src/data/dataset.js';
import { native } from '../../src/native.js';
import type { NativeEpochProgress } from '../../src/native.js';
import { average } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { made, train } from './native-trainer.js';

const wrong = [-1, -1e12, 0.5, 1e308, NaN, Infinity, 2 ** 53 + 2, 'x', null, {}];
const refused = expect.stringMatching(/^(RANGE|TYPE|OVERFLOW|SHAPE)$/) as string;
const done: NativeEpochProgress = {
  lossSum: 1,
  correct: 1,
  examples: 8,
  steps: 1,
  skipped: 0,
  gradientNorm: 1,
  lastLoss: 1,
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

describe('a snapshot', () => {
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
      inputs: new Float32Array(8),
      rows: 4,
      features: 2,
      scale: 1,
      offset: 0,
      labels: new Int32Array(4),
      labelWidth: 1,
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
      { groupCount: 0 },
      { groupCount: -1 },
      { initials: initials.slice(1) },
    ])
      expect(() => new native.Trainer({ ...plan.native, ...change })).toThrow(
        expect.objectContaining({ code: refused }),
      );
  });

  it('a stepper refuses counters of a state', () => {
    const stepper = new native.Stepper({
      rule: 'sgd',
      groupCount: 1,
      names: ['w'],
      lengths: [2],
      groups: [0],
      parameters: [new Float32Array(2)],
      device: 'cpu',
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

import { describe, expect, it } from 'vitest';
import { Trainer, type WarningEvent, data, nn, optim, schedule } from '../../../src/index.js';
import { RecentLoss } from '../../../src/run/recent-loss.js';
import { stallIn } from '../../../src/train/run/stall.js';
import { floats, generator } from '../../oracle/random.js';

const record = (epoch: number, loss: number, learningRate: number) => ({
  epoch,
  loss,
  smoothedLoss: loss,
  learningRate,
  seconds: 1,
  examplesPerSecond: 1,
  skippedSteps: 0,
});

describe('stallIn', () => {
  const context = { highestRate: 1, highestLately: 1, remaining: 5, epochs: 10 };
  const between = (a: number, b: number, rate: number, changed = {}): boolean =>
    stallIn([record(3, a, rate), record(4, b, rate)], { ...context, ...changed }) !== undefined;

  it('sees a faded rate that moves nothing', () => {
    expect(between(2, 2.001, 1e-4)).toBe(true);
    expect(between(2, 1.999, 1e-4)).toBe(true);
    expect(between(2, 1.99, 1e-4)).toBe(false);
    expect(between(2, 2.001, 0.01)).toBe(false);
  });

  it('sees a rate of any size that moves nothing at all', () => {
    expect(between(2, 2 - 1e-7, 1)).toBe(true);
    expect(between(2, 2 - 1e-5, 1)).toBe(false);
  });

  it('sees a rate that is gone, whatever the loss does', () => {
    expect(between(2, 1, 1e-7, { highestLately: 9e-7 })).toBe(true);
    expect(between(2, 1, 1e-7, { highestLately: 2e-6 })).toBe(false);
    expect(between(2, 1, 1e-7, { highestLately: 9e-7, remaining: 0 })).toBe(false);
    expect(between(2, 1, 0, { highestLately: 0, highestRate: 0 })).toBe(false);
  });

  it('lets a rate fade out in the last tenth, and losses be 0 or no number', () => {
    expect(between(2, 2, 1e-4, { remaining: 1 })).toBe(true);
    expect(between(2, 2, 1e-4, { remaining: 0 })).toBe(false);
    expect(between(2, 2, 1e-4, { remaining: 9, epochs: 100 })).toBe(false);
    expect(between(0, 0, 1e-4)).toBe(false);
    expect(between(NaN, NaN, 1e-4)).toBe(false);
  });
});

describe('fit', () => {
  const rows = 60;
  const train = data.fromArrays({
    inputs: floats(generator(1), rows * 4),
    shape: [rows, 4],
    labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
  });

  /** Returns the warnings of a run. */
  async function warnings(
    learningRate: schedule.LearningRate,
    ...layers: readonly nn.Layer[]
  ): Promise<WarningEvent[]> {
    using trainer = new Trainer({
      model: nn.sequential({ input: [4] }, ...layers, nn.dense(3)),
      loss: 'softmaxCrossEntropy',
      optimizer: optim.sgd({ learningRate }),
    });
    const events: WarningEvent[] = [];
    const onEvent = (event: { type: string }): void => {
      if (event.type === 'warning') events.push(event as WarningEvent);
    };
    await trainer.fit(train, { epochs: 60, batchSize: 10, onEvent });
    return events;
  }

  it('warns once where × 0.9 per update has stalled', async () => {
    const [warning, ...more] = await warnings(
      schedule.perStepFactor({ initial: 0.1, factor: 0.9 }),
    );
    expect(more).toEqual([]);
    expect(warning).toMatchObject({ type: 'warning', code: 'STALL' });
    // 66 updates leave a thousandth in epoch 11; one more epoch gives the comparison.
    expect(warning!.epoch).toBeGreaterThanOrEqual(11);
    expect(warning!.epoch).toBeLessThan(20);
    expect(warning!.message).toMatch(/does not move the loss/);
  });

  it('warns once where dropout and batch norm scatter the loss', async () => {
    const learningRate = schedule.perStepFactor({ initial: 0.1, factor: 0.9 });
    const found = await warnings(learningRate, nn.dense(8), nn.batchNorm(), nn.dropout(0.5));
    expect(found.map(({ code }) => code)).toEqual(['STALL']);
    // 132 updates leave a millionth.
    expect(found[0]!.epoch).toBeLessThanOrEqual(23);
  });

  it('is silent where the rate serves', async () => {
    expect(await warnings(0.05)).toEqual([]);
    expect(await warnings(schedule.cosine({ initial: 0.1, steps: 360 }))).toEqual([]);
    // Each epoch ends at almost nothing.
    expect(await warnings(schedule.warmRestarts({ initial: 0.1, period: 6 }))).toEqual([]);
    // Every sixth epoch has a rate of 0, on purpose.
    const cyclic = schedule.cyclic({ low: 0, high: 0.1, rise: 3, unit: 'epoch' });
    expect(await warnings(cyclic, nn.dense(8), nn.dropout(0.5))).toEqual([]);
  });
});

describe('RecentLoss', () => {
  it('is the average over steps, however they are reported', () => {
    const losses = Array.from({ length: 100 }, (_, i) => (i < 50 ? 4 : 1));
    const report = (steps: number) => ({
      lossSum: losses.slice(0, steps).reduce((sum, loss) => sum + 8 * loss, 0),
      examples: 8 * steps,
      steps,
    });
    const often = new RecentLoss();
    const value = losses.map((_, i) => often.push(report(i + 1))).at(-1)!;
    const seldom = new RecentLoss();
    seldom.push(report(50));
    expect(seldom.push(report(100))).toBeCloseTo(value, 12);
    const kept = 0.98 ** 50;
    expect(value).toBeCloseTo((4 * kept * (1 - kept) + (1 - kept)) / (1 - kept ** 2), 12);
  });

  it('goes on over epochs, and over losses that are not finite', () => {
    const recent = new RecentLoss();
    expect(recent.push({ lossSum: NaN, examples: 8, steps: 1 })).toBeUndefined();
    recent.startEpoch();
    expect(recent.push({ lossSum: 16, examples: 8, steps: 1 })).toBeCloseTo(2, 14);
    expect(recent.push({ lossSum: 16, examples: 8, steps: 1 })).toBeCloseTo(2, 14);
    recent.startEpoch();
    expect(recent.push({ lossSum: 24, examples: 8, steps: 1 })).toBeCloseTo(
      (2 * 0.98 + 3) / 1.98,
      12,
    );
  });
});

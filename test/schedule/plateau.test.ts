import { describe, expect, it } from 'vitest';
import { type metrics, schedule } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const epochs = (losses: readonly number[]): metrics.EpochMetrics[] =>
  losses.map((loss) => ({ loss: 9, validation: { loss } }));

const rates = (value: schedule.Schedule, losses: readonly number[]): number[] =>
  [0, ...losses].map((_, epoch) =>
    schedule.valueAt(value, { step: 0, epoch, history: epochs(losses.slice(0, epoch)) }),
  );

describe('plateau', () => {
  it('waits its patience, falls, and waits again', () => {
    const value = schedule.plateau({ initial: 1, factor: 0.5, patience: 1 });
    expect(rates(value, [5, 4, 4, 4, 4, 4, 3])).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25]);
  });

  it('rests after a fall', () => {
    const value = schedule.plateau({ initial: 1, factor: 0.5, patience: 0, cooldown: 2 });
    expect(rates(value, [4, 4, 4, 4, 4, 4])).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  it('counts gains above the threshold only', () => {
    const options = { initial: 1, factor: 0.5, patience: 0, threshold: 0.1 };
    expect(rates(schedule.plateau(options), [10, 9.1, 8.9])).toEqual([1, 1, 0.5, 0.5]);
    const absolute = schedule.plateau({ ...options, thresholdMode: 'absolute' });
    expect(rates(absolute, [10, 9.8, 9.75])).toEqual([1, 1, 1, 0.5]);
  });

  it('never falls below its minimum', () => {
    const value = schedule.plateau({ initial: 1, patience: 0, minimum: 0.05 });
    expect(rates(value, [1, 1, 1, 1])).toEqual([1, 1, 0.1, 0.05, 0.05]);
  });

  it('takes NaN for no gain, and passes over epochs without the metric', () => {
    const value = schedule.plateau({ initial: 1, factor: 0.5, patience: 0 });
    expect(rates(value, [NaN, 3, NaN, 2])).toEqual([1, 0.5, 0.5, 0.25, 0.25]);
    const without = [{ loss: 1 }, null as never, { loss: 1, validation: { loss: '1' as never } }];
    const history = [...epochs([3]), ...without, ...epochs([2])];
    expect(schedule.valueAt(value, { step: 0, history })).toBe(1);
  });

  it('looks at the metric that it was given', () => {
    const history = [
      { loss: 1, accuracy: 0.5, validation: { loss: 1, accuracy: 0.6 } },
      { loss: 2, accuracy: 0.6, validation: { loss: 0.5, accuracy: 0.5 } },
    ];
    const at = (metric: metrics.MetricPath): number =>
      schedule.valueAt(schedule.plateau({ initial: 1, factor: 0.5, patience: 0, metric }), {
        step: 0,
        history,
      });
    expect(at('loss')).toBe(0.5);
    expect(at('accuracy')).toBe(1);
    expect(at('validation.loss')).toBe(1);
    expect(at('validation.accuracy')).toBe(0.5);
  });

  it('follows a history that grows, shrinks or is another, as if it saw each for the first time', () => {
    const options = { initial: 1, factor: 0.5, patience: 1, cooldown: 1 };
    const value = schedule.plateau(options);
    const losses = [5, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2];
    const expected = rates(value, losses);
    const growing: metrics.EpochMetrics[] = [];
    const at = (): number => schedule.valueAt(value, { step: 0, history: growing });
    const seen = losses.map((loss) => {
      const rate = at();
      growing.push(...epochs([loss]));
      expect(at()).toBe(schedule.valueAt(schedule.plateau(options), { step: 0, history: growing }));
      return rate;
    });
    expect([...seen, at()]).toEqual(expected);
    growing.length = 4;
    expect(at()).toBe(expected[4]);
    growing.splice(0, 4, ...epochs([1, 2, 2, 2, 2, 2, 2]));
    expect(at()).toBe(rates(value, [1, 2, 2, 2, 2, 2, 2]).at(-1));
  });

  it('says what it misses', async () => {
    const value = schedule.plateau({ initial: 1 });
    const error = await failure(() => schedule.valueAt(value, 5));
    expect([error.code, error.path]).toEqual(['MISSING', 'position.history']);
  });
});

/** The harness compares the right contestants, lists the absent ones, and takes turns. */
import { describe, expect, it } from 'vitest';
import {
  Absent,
  formatOutcome,
  median,
  runWorkload,
  type Contestant,
} from '../../bench/harness.js';

function fixed(name: string, seconds: number, log: string[] = []): Contestant {
  return {
    name,
    prepare: () => ({
      run: () => {
        log.push(name);
        return seconds;
      },
    }),
  };
}

describe('runWorkload', () => {
  it('scales seconds to the unit and divides by the median of thalweg', async () => {
    const { results, ratios } = await runWorkload({
      name: 'w',
      unit: 'ms',
      scale: 1e3,
      rounds: 3,
      contestants: [fixed('thalweg', 0.5), fixed('peer', 2)],
    });
    expect(results).toEqual([
      {
        workload: 'w',
        contestant: 'thalweg',
        unit: 'ms',
        median: 500,
        min: 500,
        max: 500,
        runs: 3,
      },
      {
        workload: 'w',
        contestant: 'peer',
        unit: 'ms',
        median: 2000,
        min: 2000,
        max: 2000,
        runs: 3,
      },
    ]);
    expect(ratios).toEqual([{ workload: 'w', over: 'peer', ratio: 4 }]);
  });

  it('interleaves the contestants, each round from another start', async () => {
    const log: string[] = [];
    const contestants = [fixed('a', 1, log), fixed('b', 1, log)];
    await runWorkload({ name: 'w', unit: 's', scale: 1, rounds: 2, contestants });
    expect(log).toEqual(['a', 'b', 'a', 'b', 'b', 'a']);
  });

  it('lists an absent contestant with its reason and compares the rest', async () => {
    const gone: Contestant = {
      name: 'gone',
      prepare: () => {
        throw new Absent('not installed');
      },
    };
    const outcome = await runWorkload({
      name: 'w',
      unit: 's',
      scale: 1,
      rounds: 1,
      contestants: [fixed('thalweg', 1), gone],
    });
    expect(outcome.results[1]).toEqual({
      workload: 'w',
      contestant: 'gone',
      absent: 'not installed',
    });
    expect(outcome.ratios).toEqual([]);
    expect(formatOutcome(outcome)).toContain('absent: not installed');
  });

  it('disposes every contestant when one fails', async () => {
    let disposed = 0;
    const good: Contestant = {
      name: 'good',
      prepare: () => ({ run: () => 1, dispose: () => void ++disposed }),
    };
    const bad: Contestant = {
      name: 'bad',
      prepare: () => {
        throw new Error('broken');
      },
    };
    await expect(
      runWorkload({ name: 'w', unit: 's', scale: 1, contestants: [good, bad] }),
    ).rejects.toThrow('broken');
    expect(disposed).toBe(1);
  });
});

describe('median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

/** The two addons: the one that ships has nothing of the lab's, and neither disturbs the other. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../src/native.js';
import { optim } from '../src/index.js';
import { lab } from './lab.js';

/** Exports of the addon that the lab has as well: tests compare kinds of data sets by all that reads them. */
const shared = [
  'initialize',
  'setThreadCount',
  'Dataset',
  'ConcatDataset',
  'DatasetView',
  'SharedDataset',
  'WeightedDataset',
  'WindowDataset',
  'Sampling',
  'Order',
  'Snapshot',
  'Trainer',
  'Checksum',
  'Fingerprint',
  'exactPermutation',
  'shuffledIndex',
  'gather',
];
const length = 100_000;

/** Threads of pools in this process. */
function helpers(): number {
  return readdirSync('/proc/self/task').filter((task) => {
    try {
      return readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim() === 'thalweg-helper';
    } catch {
      return false; // it has ended
    }
  }).length;
}

function add(): Float32Array {
  const fields = { a: new Float32Array(length).fill(1), b: new Float32Array(length).fill(2) };
  const y = new Float32Array(length);
  lab.runOperation('cpu', 'add', { length, ...fields, y });
  return y;
}

describe('the lab', () => {
  it('shares no more than it must with the addon that ships', () => {
    const names = Object.keys(lab);
    expect(names.length).toBeGreaterThan(shared.length);
    expect(names.filter((name) => name in native).sort()).toEqual([...shared].sort());
  });

  it('has a thread count of its own', () => {
    const before = native.threads().count;
    lab.setThreadCount(before + 1);
    expect(native.threads().count).toBe(before);
    lab.setThreadCount(0);
  });

  it('computes beside the addon, with no more threads than both ask for', () => {
    const weight = new Float32Array(length);
    const stepper = optim.bind(optim.sgd({ learningRate: 1 }), { weight });
    const gradient = new Float32Array(length).fill(1);
    native.setThreadCount(2);
    lab.setThreadCount(3);
    for (let step = 1; step <= 20; ++step) {
      stepper.step({ weight: gradient });
      expect(add().every((sum) => sum === 3)).toBe(true);
      expect(weight.every((value) => value === -step)).toBe(true);
    }
    expect(helpers()).toBeLessThanOrEqual(3);
    native.setThreadCount(0);
    lab.setThreadCount(0);
  });
});

/**
 * Objects, environments and whole lives of trainers come and go, over and over, in a process of
 * their own: the resident memory settles. `npm run torture` does it a million times, and for hours.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

interface Growth {
  readonly count: number;
  /** The resident bytes after a quarter. */
  readonly settled: number;
  readonly end: number;
}

const given = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
/** The number of objects in the long form; workers take a thousandth of it. */
const objects = given('THALWEG_CYCLES', 0);
/** The seconds of the soak run, which the short form leaves out. */
const soak = given('THALWEG_SOAK_SECONDS', 0);

async function growth(kind: string, amount: number): Promise<Growth> {
  const args = ['--expose-gc', 'test/hazards/cycles.mjs', kind, `${amount}`];
  // malloc keeps freed memory in an arena for each thread, and nothing tells how much of it is
  // used.
  const env = { ...process.env, MALLOC_ARENA_MAX: '2' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as Growth;
}

// A sanitizer keeps freed memory.
describe.skipIf(process.env['THALWEG_SANITIZER'] !== undefined)('the memory of a process', () => {
  // The long form bounds the share. In the short form V8's heap still grows, and a leak would be
  // larger.
  const long = objects > 0;
  const settles = ({ settled, end }: Growth, leak: number): void => {
    expect(end - settled).toBeLessThan(long ? 0.02 * settled : leak);
  };
  const timeout = 24 * 3600_000;

  it('settles while a data set, a trainer and a stepper come and go', { timeout }, async () => {
    const count = long ? objects : 4000;
    settles(await growth('objects', count), 40 * 2 ** 20); // a leak of trainers alone would be 90 MB
  });

  it('settles while environments end in the middle of a run', { timeout }, async () => {
    const count = long ? Math.ceil(objects / 1000) : 20;
    settles(await growth('workers', count), 8 * 2 ** 20); // a leak of environments would be 60 MB
  });

  it.runIf(soak > 0)('settles over a long time of training', { timeout }, async () => {
    const { settled, end } = await growth('soak', soak);
    expect(end - settled).toBeLessThan(0.02 * settled);
  });
});

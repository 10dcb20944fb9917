/**
 * The emulated GPU is as unkind as a GPU may be: small programs (test/native/gpu_mistakes) that make
 * a mistake fail or crash on it, and get what they should without. Seeds decide the order of blocks
 * and threads, and how late queued work runs.
 */
import { onGpu } from '../oracle/cuda.js';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const program = join(__dirname, '../../build/Release/thalweg_gpu_mistakes');
const seeds = [1, 2, 3] as const;

function run(name: string, seed: number, mistaken: boolean): string {
  const { stdout, signal } = spawnSync(program, [name, ...(mistaken ? ['mistaken'] : [])], {
    encoding: 'utf8',
    env: { ...process.env, THALWEG_EMULATED_SEED: String(seed), THALWEG_EMULATED_FAULT: '' },
  });
  return signal ?? stdout.trim();
}

/** Memory that was freed, or lies beside an allocation, is closed where Linux has light guard pages. */
const [major = 0, minor = 0] = release().split('.').map(Number);
const hasGuards = major > 6 || (major === 6 && minor >= 13);
const needsGuards = ['uses_freed_memory', 'writes_far_behind'];

describe.skipIf(onGpu || !existsSync(program))('on the emulated GPU', () => {
  const names = spawnSync(program, { encoding: 'utf8' }).stdout?.split('\n').filter(Boolean) ?? [];

  it('there are programs to run', () => {
    expect(names.length).toBeGreaterThan(20);
  });

  it.each(names)('a program that %s fails', (name) => {
    for (const seed of seeds) expect(run(name, seed, false), `seed ${seed}`).toBe('right');
    if (!hasGuards && needsGuards.includes(name)) return;
    expect(seeds.map((seed) => run(name, seed, true)).filter((end) => end !== 'right')).not.toEqual(
      [],
    );
  });
});

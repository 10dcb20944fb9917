/**
 * Allocations of the addon fail, one after another, without a crash, a hang or half a change. The
 * short form takes some of them, beginning at a random one; `npm run torture` takes every one, on
 * every device.
 */
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasCuda, onGpu } from '../oracle/cuda.js';
import { newFolder } from '../new-folder.js';

interface Scenario {
  readonly name: string;
  /** The last allocation that failed. */
  readonly allocations: number;
  /** The number of calls that ended in MEMORY. */
  readonly refused: number;
}

const folder = newFolder();
const library = join(folder, 'starve.so');
const stride = Number(process.env['THALWEG_STARVE_STRIDE'] ?? 17);
const seed = Number(process.env['THALWEG_SEED'] ?? Math.floor(Math.random() * 2 ** 30));

/** With `threads` 1, a thread of its own gathers batches ahead. */
async function starved(device: string, threads: number, only?: string): Promise<Scenario[]> {
  const orders = join(folder, `${device}-${threads}`);
  writeFileSync(orders, Buffer.alloc(4096));
  const { stdout } = await promisify(execFile)(process.execPath, ['test/hazards/starved.mjs'], {
    env: {
      ...process.env,
      LD_PRELOAD: library,
      STARVE_FILE: orders,
      STARVE_DEVICE: device,
      ...(only !== undefined && { STARVE_ONLY: only }),
      STARVE_STRIDE: `${stride}`,
      STARVE_SEED: `${seed}`,
      THALWEG_THREADS: `${threads}`,
    },
  });
  return JSON.parse(stdout) as Scenario[];
}

// A sanitizer has allocators of its own.
describe.skipIf(process.env['THALWEG_SANITIZER'] !== undefined)('an allocation that fails', () => {
  beforeAll(() => {
    execFileSync('g++', ['-O1', '-shared', '-fPIC', 'test/native/starve.cc', '-o', library]);
  });

  const settings = [
    ['cpu', 1],
    ['cpu:baseline', 2],
    ['reference', 1],
  ] as const;
  const wanted = stride === 1 ? settings : [settings[seed % settings.length]!];
  it.each(wanted)(
    `is MEMORY and leaves nothing by halves: ${seed} on %s, %d threads`,
    {
      timeout: 600_000,
    },
    async (device, threads) => {
      const scenarios = await starved(device, threads);
      expect(scenarios.length).toBeGreaterThan(12);
      const refused = scenarios.reduce((sum, scenario) => sum + scenario.refused, 0);
      // Each allocation failed once alone, and once with all after it.
      const failed = scenarios.reduce((sum, scenario) => sum + scenario.allocations, 0);
      expect(failed).toBeGreaterThan(1000);
      expect(refused).toBeGreaterThan(failed / stride);
    },
  );

  it.skipIf(!hasCuda || onGpu)('leaves whole steps alone with steps in flight', async () => {
    const [scenario] = await starved('cuda', 1, 'fit, steps in flight');
    expect(scenario!.refused).toBeGreaterThan(1);
  });
});

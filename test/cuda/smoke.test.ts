/** The program that compute-sanitizer watches on a GPU (script/gpu) runs to its end on the emulated one. */
import { emulated, hasCuda, onGpu } from '../oracle/cuda.js';
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it.skipIf(!hasCuda || onGpu)(
  'script/gpu-smoke.ts does all that it says',
  { timeout: 300_000 },
  () => {
    const out = execFileSync(process.execPath, ['--import', 'tsx', 'script/gpu-smoke.ts'], {
      encoding: 'utf8',
      env: { ...process.env, THALWEG_CUDA: emulated, THALWEG_CUBLAS: emulated },
    });
    expect(out).toBe('done\n');
  },
);

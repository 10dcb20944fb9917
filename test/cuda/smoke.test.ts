/** The program that compute-sanitizer watches on a GPU (script/gpu) runs to its end on the emulated one. */
import { emulated, hasCuda, onGpu } from '../oracle/cuda.js';
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it.skipIf(!hasCuda || onGpu)(
  'script/gpu-smoke.ts does all that it says',
  { timeout: 300_000 },
  () => {
    // An error thrown with the program's stack in it makes Vitest read source maps of other packages.
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'script/gpu-smoke.ts'],
      {
        encoding: 'utf8',
        env: { ...process.env, THALWEG_CUDA: emulated, THALWEG_CUBLAS: emulated },
      },
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'done\n', stderr: '' });
  },
);

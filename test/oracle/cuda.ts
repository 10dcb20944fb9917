/**
 * Import this first in tests of the device `cuda`. They run on the GPU where THALWEG_TEST_GPU is
 * set (script/gpu sets it), and otherwise on the CUDA backend compiled for the host, kernels and
 * all (native/backends/cuda/emulation), which script/build makes. There each test has a seed of its
 * own for the order of threads and the delay of work; THALWEG_EMULATED_SEED=N makes others.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach } from 'vitest';

export const onGpu = process.env['THALWEG_TEST_GPU'] !== undefined;

/** The CUDA backend, compiled for the host. */
export const emulated = join(__dirname, '../../build/Release/thalweg_cuda_emulated.so');

/** True where there is a device `cuda` to test; sanitizers do not follow its fibers. */
export const hasCuda =
  onGpu || (existsSync(emulated) && process.env['THALWEG_SANITIZER'] === undefined);

if (!onGpu) process.env['THALWEG_CUDA'] = hasCuda ? emulated : '0';

const baseSeed = Number(process.env['THALWEG_EMULATED_SEED'] ?? 0);

beforeEach(({ task }) => {
  let seed = baseSeed;
  for (const character of task.name) seed = (seed * 31 + character.charCodeAt(0)) % 2 ** 31;
  process.env['THALWEG_EMULATED_SEED'] = String(seed);
});

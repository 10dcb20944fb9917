/**
 * Import this first in tests of the device `cuda`. They run on the GPU where THALWEG_TEST_GPU is
 * set, which script/gpu does. Elsewhere they run on the CUDA backend compiled for the host, kernels
 * and all (native/backends/cuda/emulation), which script/build makes.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const onGpu = process.env['THALWEG_TEST_GPU'] !== undefined;

/** The CUDA backend, compiled for the host. */
export const emulated = join(__dirname, '../../build/Release/thalweg_cuda_emulated.so');

/** True where there is a device `cuda` to test; sanitizers do not follow its fibers. */
export const hasCuda =
  onGpu || (existsSync(emulated) && process.env['THALWEG_SANITIZER'] === undefined);

if (!onGpu) process.env['THALWEG_CUDA'] = hasCuda ? emulated : '0';

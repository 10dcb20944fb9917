/**
 * Products by cuBLASLt: on the GPU by the real one, otherwise by one that computes on the processor
 * and refuses what the real one refuses (emulation/blas.cc), so that layouts, transposes, epilogues
 * and alignments are tested without a GPU.
 */
import { emulated, hasCuda, onGpu } from '../oracle/cuda.js';
import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { layerActivations } from '../../src/nn/activation.js';
import { lab } from '../lab.js';
import { newFolder } from '../new-folder.js';
import { floats, generator, largestError } from '../oracle/random.js';

if (!onGpu) process.env['THALWEG_CUBLAS'] = emulated;

const sizes = [
  [1, 1, 1],
  [5, 3, 1],
  [7, 5, 9],
  [128, 17, 10],
] as const;

/** Names what serves dense layers in a process that finds these libraries, by version. */
function servedWith(libraries: Record<number, string>): string {
  const folder = newFolder();
  for (const [version, file] of Object.entries(libraries))
    symlinkSync(file, join(folder, `libcublasLt.so.${version}`));
  const addon = join(__dirname, '../../build/Release/thalweg.node');
  const script = `
    const native = require(${JSON.stringify(addon)});
    native.initialize(class extends Error {});
    console.log(native.implementations('cuda').find(({ operation }) => operation === 'dense_forward').implementation);`;
  const env: NodeJS.ProcessEnv = { ...process.env, LD_LIBRARY_PATH: folder };
  delete env['THALWEG_CUBLAS'];
  return execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }).trim();
}

/** A library with the functions of cuBLASLt, which refuses to start, as one for a newer driver does. */
function refusing(): string {
  const names = readFileSync('native/backends/cuda/blas.cc', 'utf8').match(
    /cublasLt\w+(?=", api)/g,
  );
  const source = [...new Set(names)].map((name) => `extern "C" int ${name}() { return 1; }`);
  const library = join(newFolder(), 'refusing.so');
  const compile = ['-shared', '-fPIC', '-x', 'c++', '-', '-o', library];
  execFileSync('g++', compile, { input: source.join('\n') });
  return library;
}

describe.skipIf(!hasCuda || onGpu)('a cuBLAS that opens and does not start', () => {
  it('gives way to an older one', () => {
    expect(servedWith({ 13: refusing(), 12: emulated })).toMatch(/^cuBLASLt 13\.0/);
  });
  it('is named where there is no other', () => {
    expect(servedWith({ 13: refusing() })).toBe(
      'CUDA kernels, without cuBLAS: libcublasLt.so.13 does not start: cublasLtCreate gives status 1',
    );
  });
});

describe.skipIf(!hasCuda)('dense layers by cuBLASLt', () => {
  it('says so', () => {
    const product = native
      .implementations('cuda')
      .find(({ operation }) => operation === 'dense_forward');
    expect(product?.implementation).toMatch(/^cuBLASLt 1[23]\.\d+$/);
  });

  it.each(sizes)('%d rows, %d inputs, %d outputs', (rows, inputs, outputs) => {
    const random = generator(rows + outputs);
    for (const activation of ['none', 'relu', 'gelu'])
      for (const bias of [true, false]) {
        const fields = { rows, inputs, outputs, activation, slope: 0.1 };
        const arrays = () => ({
          x: floats(generator(1), rows * inputs),
          weight: floats(generator(2), inputs * outputs),
          ...(bias ? { bias: floats(generator(3), outputs) } : {}),
          y: new Float32Array(rows * outputs),
          // The derivative needs the value, so the library fuses nothing.
          ...(activation === 'gelu' ? { before: new Float32Array(rows * outputs) } : {}),
        });
        const [gpu, cpu] = [arrays(), arrays()];
        lab.runOperation('cuda', 'dense_forward', { ...fields, ...gpu });
        lab.runOperation('reference', 'dense_forward', { ...fields, ...cpu });
        expect(largestError(gpu.y, cpu.y, 1)).toBeLessThan(1e-5);
        expect(outputs < 5 || gpu.y.some((value) => value > 0)).toBe(true);
        const back = (forward: ReturnType<typeof arrays>, dy: Float32Array) => ({
          ...forward,
          dy: dy.slice(),
          dweight: new Float32Array(inputs * outputs),
          ...(bias ? { dbias: new Float32Array(outputs) } : {}),
          dx: new Float32Array(rows * inputs),
        });
        const dy = floats(random, rows * outputs);
        const [gpuBack, cpuBack] = [back(cpu, dy), back(cpu, dy)];
        lab.runOperation('cuda', 'dense_backward', { ...fields, ...gpuBack });
        lab.runOperation('reference', 'dense_backward', { ...fields, ...cpuBack });
        for (const key of ['dx', 'dweight'] as const)
          expect(largestError(gpuBack[key], cpuBack[key], 1), key).toBeLessThan(1e-4);
      }
  });

  // The library's products are sums in double there, whose last bit differs from the kernel's.
  it.skipIf(onGpu)('does without where the library has no algorithm', () => {
    const [rows, inputs, outputs] = [33, 70, 19];
    const x = floats(generator(9), rows * inputs);
    const weight = floats(generator(10), inputs * outputs);
    const run = (device: string): Float32Array => {
      const y = new Float32Array(rows * outputs);
      const fields = { rows, inputs, outputs, activation: 'relu', slope: 0 };
      lab.runOperation(device, 'dense_forward', { ...fields, x, weight, y });
      return y;
    };
    process.env['THALWEG_EMULATED_FAULT'] = 'no-algorithm';
    const own = run('cuda');
    delete process.env['THALWEG_EMULATED_FAULT'];
    expect(largestError(own, run('reference'), 1)).toBeLessThan(1e-5);
    // The choice is kept: this shape has none from now on.
    expect(run('cuda')).toEqual(own);
  });

  it('keeps NaN in every activation', () => {
    const [rows, inputs, outputs] = [8, 16, 12];
    const x = floats(generator(7), rows * inputs);
    x[3 * inputs] = NaN;
    const weight = floats(generator(8), inputs * outputs);
    for (const activation of layerActivations) {
      const fields = { rows, inputs, outputs, activation, slope: 0.1 };
      const y = new Float32Array(rows * outputs);
      lab.runOperation('cuda', 'dense_forward', { ...fields, x, weight, y });
      const nans = Array.from({ length: rows }, (_, row) =>
        y.subarray(row * outputs, (row + 1) * outputs).every(Number.isNaN),
      );
      expect(nans).toEqual(nans.map((_, row) => row === 3));
    }
  });

  it('trains, in recorded steps, as the processor does', async () => {
    const set = data.fromArrays({
      inputs: floats(generator(4), 96 * 6),
      shape: [96, 6],
      labels: Int32Array.from({ length: 96 }, (_, i) => i % 3),
    });
    const [gpu, cpu] = (['cuda', 'cpu'] as const).map(
      (device) =>
        new Trainer({
          model: nn.sequential({ input: [6] }, nn.dense(8, { activation: 'relu' }), nn.dense(3)),
          loss: 'softmaxCrossEntropy',
          optimizer: optim.adam({ learningRate: 0.01 }),
          seed: 5,
          device,
        }),
    );
    for (const trainer of [gpu!, cpu!]) await trainer.fit(set, { epochs: 2, batchSize: 16 });
    const other = cpu!.parameters();
    for (const [name, array] of Object.entries(gpu!.parameters()))
      expect(largestError(array, other[name]!, 1)).toBeLessThan(1e-4);
  });
});

/**
 * Some libraries change how the processor computes floats, such as those that gcc links
 * -ffast-math.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

/** The library flushes subnormals to zero on the thread that loads it. */
function fastLibrary(): string {
  const library = join(newFolder(), 'fast.so');
  const source = `
    #include <xmmintrin.h>
    __attribute__((constructor)) static void hurry() { _mm_setcsr(_mm_getcsr() | 0x8040); }`;
  const compile = ['-shared', '-fPIC', '-x', 'c++', '-', '-o', library];
  execFileSync('g++', compile, { input: source });
  return library;
}

/** Returns the output of a script, after such a library was loaded. */
function output(library: string, script: string): string {
  const set = `
    const { Trainer, data, nn, optim } = require(${JSON.stringify(join(process.cwd(), 'dist'))});
    try { process.dlopen({ exports: {} }, ${JSON.stringify(library)}); } catch {} // no addon
    const tiny = Uint32Array.of(713624); // 1e-39
    const half = (x) => x * 0.5;`;
  const options = { encoding: 'utf8', env: { ...process.env, THALWEG_THREADS: '2' } } as const;
  return execFileSync(process.execPath, ['-e', set + script], options).trim();
}

describe.skipIf(process.arch !== 'x64')('after a library that flushes subnormals', () => {
  const library = fastLibrary();

  it('steps keep them, on every thread, and leave the mode as it was', () => {
    const script = `
      const bits = new Uint32Array(2 ** 20).fill(tiny[0]);
      const weight = new Float32Array(bits.buffer);
      optim.bind(optim.sgd(), { weight }).step({ weight: new Float32Array(2 ** 20) });
      const flushed = half(2.5e-308) === 0;
      console.log(bits.every((each) => each === tiny[0]), flushed);`;
    expect(output(library, script)).toBe('true true');
  });

  it('runs keep them', () => {
    const script = `
      const model = nn.sequential({ input: [1] }, nn.dense(1, { useBias: false }));
      const options = { model, loss: 'meanSquaredError', optimizer: optim.sgd() };
      const set = data.fromArrays({
        ...{ inputs: new Float32Array(4), shape: [4, 1], labels: new Float32Array(4) },
      });
      const trainer = new Trainer(options);
      const [name] = Object.keys(trainer.parameters());
      trainer.setParameters({ [name]: new Float32Array(tiny.buffer) });
      trainer.fit(set, { epochs: 1 }).then(() => {
        console.log(new Uint32Array(trainer.parameters()[name].buffer)[0] === tiny[0]);
      });`;
    expect(output(library, script)).toBe('true');
  });

  it('gathers keep them', () => {
    const script = `
      const bytes = { inputs: Uint8Array.of(1), shape: [1, 1], scale: 1e-39 };
      const { inputs } = data.gather(data.fromArrays(bytes), Uint32Array.of(0));
      console.log(new Uint32Array(inputs.buffer)[0]);`;
    expect(output(library, script)).toBe('713624');
  });
});

/**
 * JavaScript has no memory for a result: it is MEMORY, where V8 by itself would end the process.
 */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const library = join(newFolder(), 'large.so');

/** JavaScript's buffers come from calloc, which refuses LARGEST bytes and more. */
const source = `
  #include <cerrno>
  #include <cstdlib>
  extern "C" void* __libc_calloc(size_t, size_t);
  extern "C" void* calloc(size_t count, size_t bytes) {
    const char* largest = std::getenv("LARGEST");
    if (largest == nullptr || count * bytes < std::strtoull(largest, nullptr, 10))
      return __libc_calloc(count, bytes);
    errno = ENOMEM;
    return nullptr;
  }`;

/** Returns the end of each call, in a process that has no memory for an array of 64 KiB. */
async function endings(calls: string): Promise<string[]> {
  const script = `
    const { Trainer, data, nn, optim } = require(${JSON.stringify(join(process.cwd(), 'dist'))});
    const model = nn.sequential({ input: [8] }, nn.dense(4096), nn.dense(2));
    const rows = 10000;
    const set = data.fromArrays({
      inputs: new Float32Array(rows * 8), shape: [rows, 8], labels: new Int32Array(rows),
    });
    const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
    const weight = new Float32Array(20000), inputs = new Float32Array(rows * 8);
    const stepper = optim.bind(optim.adam(), { weight });
    stepper.step({ weight: new Float32Array(20000) });
    (async () => {
      process.env.LARGEST = String(2 ** 16);
      for (const call of [${calls}]) {
        try {
          await call();
          console.log('done');
        } catch ({ code, message }) {
          console.log(code ?? message);
        }
      }
      delete process.env.LARGEST;
      console.log((await trainer.fit(set, { epochs: 1 })).reason);
    })();`;
  const env = { ...process.env, LD_PRELOAD: library };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
  return stdout.trim().split('\n');
}

// A sanitizer has allocators of its own.
describe.skipIf(process.env['THALWEG_SANITIZER'] !== undefined)('an array for a result', () => {
  beforeAll(() => {
    execFileSync('g++', ['-shared', '-fPIC', '-x', 'c++', '-', '-o', library], { input: source });
  });

  it('is MEMORY in each call, and the trainer goes on', async () => {
    const calls = [
      '() => trainer.predict(inputs)',
      '() => trainer.parameters()',
      '() => trainer.gradients(set, Uint32Array.of(1, 2))',
      '() => stepper.state()',
    ];
    const expected = [...calls.map(() => 'MEMORY'), 'completed'];
    expect(await endings(calls.join(','))).toEqual(expected);
  });
});

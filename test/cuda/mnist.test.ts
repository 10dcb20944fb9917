/** MNIST on a GPU equals the same run on the processor. The emulation would take hours. */
import { onGpu } from '../oracle/cuda.js';
import { expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';

async function accuracyOf(device: DeviceName): Promise<number> {
  const digits = await data.mnist();
  const trainer = new Trainer({
    model: nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    seed: 42,
    device,
  });
  await trainer.fit(digits.train, { epochs: 5, batchSize: 128 });
  const { accuracy } = await trainer.evaluate(digits.test);
  trainer.dispose();
  return accuracy!;
}

it.skipIf(!onGpu)('MNIST is learnt as well as on the processor', async () => {
  const [gpu, cpu] = [await accuracyOf('cuda'), await accuracyOf('cpu')];
  expect(gpu).toBeGreaterThan(0.97);
  expect(Math.abs(gpu - cpu)).toBeLessThan(0.005);
});

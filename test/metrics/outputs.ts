/** A network that gives its inputs as outputs, and data for it. */
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, type loss as losses, nn, optim } from '../../src/index.js';

/** Makes a model whose outputs are its inputs times `scale`. */
export function identity(
  width: number,
  loss: losses.LossName,
  device: DeviceName = 'cpu',
  scale = 1,
): Trainer {
  const model = nn.sequential({ input: [width] }, nn.dense(width));
  const trainer = new Trainer({ model, loss, optimizer: optim.sgd(), device });
  const weight = new Float32Array(width * width);
  for (let i = 0; i < width; i++) weight[i * width + i] = scale;
  trainer.setParameters({ 'dense1.weight': weight, 'dense1.bias': new Float32Array(width) });
  return trainer;
}

export const set = (scores: readonly number[], labels: Int32Array | Float32Array, width: number) =>
  data.fromArrays({
    inputs: Float32Array.from(scores),
    shape: [scores.length / width, width],
    labels,
  });

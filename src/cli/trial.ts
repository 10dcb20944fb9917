/** Trains a small network and compares its loss with the known result. */
import type { DeviceName } from '../device.js';

/** The result of training on a device. */
export interface Trial {
  readonly device: string;
  /** True where the loss is right. */
  readonly trains: boolean;
  /** The loss after the last step; absent where training failed. */
  readonly loss?: number;
  /** The error that ended the training; absent where there was none. */
  readonly error?: unknown;
}

/** The number of steps of the trial. */
export const trialSteps = 20;

/** The loss after these steps in double precision; test/cli computes it independently. */
export const rightLoss = 0.1353101545;

/** The greatest relative error that is accepted, about a hundred times that of single precision. */
const tolerance = 1e-3;

/** Initial weights of a 2-4-2 network with which it learns the exclusive or in a few steps. */
export const trialWeights = {
  'dense1.weight': Float32Array.of(1, -1, 0.5, -0.5, 1, -1, -0.5, 0.5),
  'dense1.bias': Float32Array.of(-0.5, 1.5, 0.25, 0.25),
  'dense2.weight': Float32Array.of(1, -1, -1, 1, 0.5, -0.5, -0.5, 0.5),
  'dense2.bias': Float32Array.of(0, 0),
};

async function train(device: DeviceName): Promise<number> {
  const { Trainer, data, nn, optim } = await import('../index.js');
  using set = data.fromArrays({
    inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
    shape: [4, 2],
    labels: Int32Array.of(0, 1, 1, 0),
  });
  using trainer = new Trainer({
    model: nn.sequential({ input: [2] }, nn.dense(4, { activation: 'tanh' }), nn.dense(2)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.momentum({ learningRate: 0.5, momentum: 0.9 }),
    device,
  });
  trainer.setParameters(trialWeights);
  await trainer.fit(set, { epochs: trialSteps, batchSize: 'full' });
  return (await trainer.evaluate(set)).loss;
}

/** Trains on a device. It never throws; an error is part of the result. */
export async function tryDevice(device: DeviceName): Promise<Trial> {
  try {
    const loss = await train(device);
    return { device, loss, trains: Math.abs(loss / rightLoss - 1) <= tolerance };
  } catch (error) {
    return { device, trains: false, error };
  }
}

/** Trains a small network and compares what comes out with what is right. */
import type { DeviceName } from '../device.js';

/** What training on a device came to. */
export interface Trial {
  readonly device: string;
  /** Whether the loss is right. */
  readonly trains: boolean;
  /** After the last step; absent where training failed. */
  readonly loss?: number;
  /** What failed. */
  readonly error?: unknown;
}

/** Steps of the trial. */
export const trialSteps = 20;

/** The loss after them in double precision; test/cli computes it by loops of its own. */
export const rightLoss = 0.1353101545;

/** How far single precision may be from it, as a share: about a hundred times what it is. */
const tolerance = 1e-3;

/** Weights of 2-4-2 that learn the exclusive or soon. */
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

/** Trains on a device. Never throws: what fails is part of the answer. */
export async function tryDevice(device: DeviceName): Promise<Trial> {
  try {
    const loss = await train(device);
    return { device, loss, trains: Math.abs(loss / rightLoss - 1) <= tolerance };
  } catch (error) {
    return { device, trains: false, error };
  }
}

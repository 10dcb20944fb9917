// Uses the package's types as a reader's compiler sees them.
import { type History, Trainer, data, nn, optim } from 'thalweg';

export async function run(): Promise<History> {
  const set = data.fromArrays({
    inputs: new Float32Array(4),
    shape: [2, 2],
    labels: new Int32Array(2),
  });
  // @ts-expect-error -- no such option
  optim.adam({ beta1s: 0.9 });
  const trainer = new Trainer({
    model: nn.sequential({ input: [2] }, nn.dense(2)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
  });
  return trainer.fit(set, { epochs: 1 });
}

// Compares the whole set, mini-batches and single samples, which the same call trains on.
// Each gets the same time, and the loss it reaches decides.
import { Trainer, data, nn, optim } from 'thalweg';

const seconds = Number(process.argv[2] ?? 2);
const digits = await data.mnist();
const model = nn.sequential({ input: [784] }, nn.dense(32, { activation: 'relu' }), nn.dense(10));
console.log('batch        steps   epochs   test loss   test accuracy');
for (const batchSize of ['full', 512, 64, 1]) {
  const trainer = new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.sgd({
      learningRate: batchSize === 1 ? 0.01 : batchSize === 'full' ? 0.5 : 0.1,
    }),
    seed: 1,
  });
  const signal = AbortSignal.timeout(seconds * 1000);
  await trainer.fit(digits.train, { epochs: 1_000_000, batchSize, signal });
  const { loss, accuracy } = await trainer.evaluate(digits.test);
  const rows = batchSize === 'full' ? digits.train.length : batchSize;
  const epochs = (trainer.steps * rows) / digits.train.length;
  console.log(
    `${String(batchSize).padEnd(8)}${String(trainer.steps).padStart(10)}${epochs.toFixed(2).padStart(9)}` +
      `${loss.toFixed(4).padStart(12)}${(accuracy * 100).toFixed(2).padStart(14)} %`,
  );
  trainer.dispose();
}

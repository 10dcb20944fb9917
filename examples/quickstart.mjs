// Trains a small network on MNIST and writes history, picture and weights into runs/.
// script/quickstart runs it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Trainer, chart, data, device, nn, optim, progress, schedule } from 'thalweg';

const epochs = 5;
const batchSize = 128;
const digits = await data.mnist();
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));
const steps = epochs * Math.ceil(digits.train.length / batchSize);
const trainer = new Trainer({
  model,
  loss: 'softmaxCrossEntropy',
  optimizer: optim.adam({ learningRate: schedule.cosine({ initial: 2e-3, steps }) }),
  seed: Number(process.env.SEED ?? 42),
});

const { isa, threads, operations } = device.explain(trainer.device);
const products = operations.find(({ operation }) => operation === 'dense_forward');
console.log(model.summary());
console.log(`\ndevice ${trainer.device}, ${isa}, ${threads} threads, ${products.implementation}\n`);

const history = await trainer.fit(digits.train, {
  epochs,
  batchSize,
  validation: digits.test,
  onEvent: progress({ stream: process.stdout }),
});
const { accuracy } = await trainer.evaluate(digits.test);

const folder = join('runs', new Date().toISOString().replace(/[:.]/g, '-'));
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'history.json'), `${JSON.stringify(history, null, 2)}\n`);
writeFileSync(
  join(folder, 'training.svg'),
  chart.lines({
    title: 'MNIST, 784-128-10, Adam',
    xLabel: 'epoch',
    leftLabel: 'loss',
    rightLabel: 'accuracy',
    series: [
      { name: 'training loss', values: history.epochs.map((epoch) => epoch.loss) },
      { name: 'test loss', values: history.epochs.map((epoch) => epoch.validation.loss) },
      {
        name: 'test accuracy',
        axis: 'right',
        values: history.epochs.map((epoch) => epoch.validation.accuracy),
      },
    ],
  }),
);
await trainer.saveWeights(join(folder, 'weights.safetensors'));
trainer.dispose();

const perEpoch = history.epochs.reduce((sum, { seconds }) => sum + seconds, 0) / epochs;
console.log(`\nwrote ${folder}/{history.json,training.svg,weights.safetensors}`);
console.log(`${perEpoch.toFixed(3)} s an epoch`);
console.log(`test accuracy ${(accuracy * 100).toFixed(2)} %`);

// Trains a small convolutional network on MNIST, and shows how well it reads the test digits.
// node pictures.mjs [epochs]
import { Trainer, data, nn, optim, progress } from 'thalweg';

const digits = await data.mnist();
const model = nn.sequential(
  { input: [784] },
  nn.reshape([28, 28, 1]), // height, width, channels
  nn.conv2d(32, { kernel: 3, activation: 'relu' }),
  nn.maxPool2d({ kernel: 2 }),
  nn.conv2d(64, { kernel: 3, activation: 'relu' }),
  nn.maxPool2d({ kernel: 2 }),
  nn.flatten(),
  nn.dense(128, { activation: 'relu' }),
  nn.dense(10),
);
console.log(model.summary());
const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
const epochs = Number(process.argv[2] ?? 1);
await trainer.fit(digits.train, { epochs, batchSize: 128, onEvent: progress() });
const { accuracy } = await trainer.evaluate(digits.test);
console.log(`test accuracy ${(100 * accuracy).toFixed(2)} %`);

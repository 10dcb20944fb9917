// Trains a small network of residual blocks on MNIST, and shows how well it reads the test digits.
// node residual-pictures.mjs [epochs] [training rows]
import { Trainer, data, nn, optim, progress } from 'thalweg';

const convolve = (filters, stride = 1) => [
  nn.conv2d(filters, { kernel: 3, stride, padding: 'same', useBias: false }),
  nn.batchNorm(),
];
// A block that takes larger steps projects its input in its shortcut.
const block = (filters, stride = 1) => [
  nn.residual([...convolve(filters, stride), nn.relu(), ...convolve(filters)], {
    shortcut: stride === 1 ? [] : nn.conv2d(filters, { kernel: 1, stride, useBias: false }),
  }),
  nn.relu(),
];
const stem = [nn.reshape([28, 28, 1]), ...convolve(8), nn.relu()];
const head = [nn.globalAveragePool(), nn.dense(10)];
const layers = [...stem, ...block(8), ...block(16, 2), ...block(32, 2), ...head];
const model = nn.sequential({ input: [784] }, ...layers);
console.log(model.summary());

const digits = await data.mnist();
const [epochs = 3, rows = digits.train.length] = process.argv.slice(2).map(Number);
const order = data.permutation({ length: digits.train.length, seed: 1 }).subarray(0, rows);
const { inputs, labels } = data.gather(digits.train, order);
const training = data.fromArrays({ inputs, labels, shape: [rows, 784] });
const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
await trainer.fit(training, { epochs, batchSize: 64, onEvent: progress() });
const { accuracy } = await trainer.evaluate(digits.test);
console.log(`test accuracy ${(100 * accuracy).toFixed(2)} %`);

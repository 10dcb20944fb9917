import { Trainer, data, nn, optim, progress } from 'thalweg';

const digits = await data.mnist();
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));
const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
await trainer.fit(digits.train, { epochs: 3, batchSize: 128, onEvent: progress() });
const { accuracy } = await trainer.evaluate(digits.test);
console.log(`test accuracy ${(accuracy * 100).toFixed(2)} %`);
await trainer.saveWeights('weights.safetensors');
trainer.dispose();

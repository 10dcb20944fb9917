/**
 * Checks the data and the model before a run, and watches the run:
 * node examples/watching.mjs [epochs]
 *
 * It writes log.csv, log.jsonl and TensorBoard's event files into the folder where you start it.
 */
import { Trainer, callbacks, data, metrics, nn, optim, tune } from 'thalweg';

const epochs = Number(process.argv[2] ?? 30);
const { train, test } = await data.mnist();
const model = nn.sequential({ input: [784] }, nn.dense(128, { activation: 'relu' }), nn.dense(10));
const options = { model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() };

const { checks } = await tune.sanityCheck(options, train);
for (const { name, passed, message } of checks) console.log(passed ? 'ok ' : 'BAD', name, message);
const { suggestion } = await tune.findLearningRate(options, train, { batchSize: 128, steps: 100 });
console.log(`a sweep suggests a learning rate of ${suggestion?.toPrecision(2)}`);

const trainer = new Trainer(options);
const stopping = callbacks.earlyStopping({ patience: 2 });
const { reason, stopReason } = await trainer.fit(train, {
  epochs,
  batchSize: 128,
  validation: test,
  metrics: ['f1', metrics.topK(2)],
  monitor: true,
  callbacks: [
    stopping,
    callbacks.csvLog({ file: 'log.csv' }),
    callbacks.jsonLog({ file: 'log.jsonl' }),
    callbacks.tensorBoard({ folder: '.' }),
  ],
});
console.log(`${reason}: ${stopReason ?? `after ${epochs} epochs`}`);
const { metrics: found } = await trainer.evaluate(test, {
  metrics: ['accuracy', 'f1', 'perClass'],
});
console.log(
  `best epoch ${stopping.bestEpoch + 1}: test accuracy ${(found.accuracy * 100).toFixed(2)} %`,
);
const recalls = found.perClass.map(({ recall }) => recall);
console.log(`hardest digit: ${recalls.indexOf(Math.min(...recalls))}`);
trainer.dispose();

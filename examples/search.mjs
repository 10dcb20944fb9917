// Searches for a learning rate and a width on MNIST, from coarse to fine; run it again to go on.
import { Trainer, data, nn, optim, search } from 'thalweg';

const trials = Number(process.argv[2] ?? 30); // a fifth as many follow
const digits = await data.mnist();
const study = await search.run({
  space: { rate: search.logUniform(1e-6, 10), units: search.integer(16, 256, { log: true }) },
  sampler: search.staged([1, 5].map((epochs) => ({ epochs, trials: Math.ceil(trials / epochs) }))),
  store: 'study.jsonl',
  objective: async ({ values, seed, epochs }) => {
    const hidden = nn.dense(values.units, { activation: 'relu' });
    const model = nn.sequential({ input: [784] }, hidden, nn.dense(10));
    const optimizer = optim.adam({ learningRate: values.rate });
    const trainer = new Trainer({ model, optimizer, loss: 'softmaxCrossEntropy', seed });
    await trainer.fit(digits.train, { epochs, batchSize: 128 });
    return (await trainer.evaluate(digits.test)).loss;
  },
});
console.log(study.report());

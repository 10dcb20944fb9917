// Tells three species of penguins apart, in five-fold cross-validation.
// The numbers come from another package: npm install vega-datasets
import { readFileSync } from 'node:fs';
import { Trainer, data, nn, optim } from 'thalweg';

const file = new URL('../data/penguins.json', import.meta.resolve('vega-datasets'));
const columns = ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)', 'Body Mass (g)'];
const penguins = JSON.parse(readFileSync(file, 'utf8')).filter((row) => row[columns[0]] !== null);
const species = [...new Set(penguins.map((row) => row.Species))];
const set = data.fromArrays({
  inputs: penguins.map((row) => columns.map((name) => row[name] / penguins[0][name])),
  labels: Int32Array.from(penguins, (row) => species.indexOf(row.Species)),
});
const layers = [nn.batchNorm(), nn.dense(16, { activation: 'relu' }), nn.dense(species.length)];
const model = nn.sequential({ input: [columns.length] }, ...layers);
const optimizer = optim.adam({ learningRate: 0.01 });
for (const { train, validation } of set.kFold(5, { stratify: true, seed: 7 })) {
  const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer });
  await trainer.fit(train, { epochs: 30, batchSize: 12 });
  const { accuracy } = await trainer.evaluate(validation);
  console.log(`${validation.length} penguins, accuracy ${(100 * accuracy).toFixed(1)} %`);
  trainer.dispose();
}

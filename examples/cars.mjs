// Learns the fuel consumption of cars, some of which lack numbers. cars-predict.mjs uses what it keeps.
// The cars come from another package: npm install vega-datasets
import { readFileSync } from 'node:fs';
import { Trainer, data, nn, optim } from 'thalweg';

const file = new URL('../data/cars.json', import.meta.resolve('vega-datasets'));
const cars = data.rows(JSON.parse(readFileSync(file, 'utf8'))); // data.csv reads CSV files
console.log(cars.describe());
const { train, validation } = cars
  .filter((car) => car.Miles_per_Gallon !== null)
  .split({ validation: 0.2 });
const { impute, oneHot, standardize } = data.transform;
const number = [impute('median'), standardize()];
const inputs = { Horsepower: number, Weight_in_lbs: number, Year: number, Origin: oneHot() };
const target = data.target('Miles_per_Gallon', { transform: standardize() });
const prepared = data.features(inputs, { target }).fit(train);

const hidden = nn.dense(32, { activation: 'relu' });
const model = nn.sequential({ input: [prepared.width] }, hidden, nn.dense(1));
const trainer = new Trainer({ model, loss: 'huber', optimizer: optim.adam(), seed: 1 });
await trainer.fit(prepared.dataset(train), { epochs: 200, batchSize: 16 });
const predicted = prepared.values(await trainer.predict(prepared.inputs(validation)));
const errors = [...validation].map((car, i) => Math.abs(predicted[i] - car.Miles_per_Gallon));
const mean = errors.reduce((a, b) => a + b) / errors.length;
console.log(`mean error on ${errors.length} other cars: ${mean.toFixed(2)} miles per gallon`);
await trainer.saveModel('cars.thalweg', { preprocessing: prepared.toJSON() });

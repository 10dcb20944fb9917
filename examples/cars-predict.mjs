// Predicts the fuel consumption of one car by what cars.mjs has kept; its power is not known.
import { readFileSync } from 'node:fs';
import { Trainer, data, nn, optim } from 'thalweg';

const kept = JSON.parse(readFileSync('cars.json', 'utf8'));
const prepared = data.Preprocessing.fromJSON(kept.prepared);
const model = nn.fromJSON(kept.model);
const trainer = new Trainer({ model, loss: 'huber', optimizer: optim.adam() });
await trainer.loadWeights('cars.safetensors');
const car = { Horsepower: null, Weight_in_lbs: 2200, Year: '1980-01-01', Origin: 'Japan' };
const [consumption] = prepared.values(await trainer.predict(prepared.inputs([car])));
console.log(`${consumption.toFixed(1)} miles per gallon`);

// Forecasts how much carbon dioxide the air will hold in a month, from the two years before it.
// The numbers come from another package: npm install vega-datasets
import { readFileSync } from 'node:fs';
import { Trainer, data, nn, optim } from 'thalweg';

const file = new URL('../data/co2-concentration.csv', import.meta.resolve('vega-datasets'));
const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
const months = lines.map((line) => Number(line.split(',')[1])); // parts in a million, on Mauna Loa
const changes = months.map((now, i) => now - (months[i - 1] ?? now));

const makeSet = (first, last) => {
  const labels = Float32Array.from(changes.slice(first, last));
  const before = Array.from(labels, (_, i) => changes.slice(first + i - 24, first + i));
  const shape = [labels.length, 24, 1]; // rows, months, numbers of each month
  return data.fromArrays({ inputs: Float32Array.from(before.flat()), labels, shape });
};
const causal = { kernel: 3, padding: 'causal', activation: 'relu' };
const layers = [nn.conv1d(16, causal), nn.conv1d(16, { ...causal, dilation: 2 })];
const end = [nn.maxPool1d({ kernel: 2 }), nn.flatten(), nn.dense(1)];
const model = nn.sequential({ input: [24, 1] }, ...layers, ...end);
const trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.adam() });
await trainer.fit(makeSet(25, 600), { epochs: 40 }); // up to 2008
const { loss } = await trainer.evaluate(makeSet(600, months.length));
const squares = changes.slice(600).map((change) => change ** 2);
const same = squares.reduce((a, b) => a + b) / squares.length;
const [network, unchanged] = [loss, same].map((square) => Math.sqrt(square).toFixed(2));
console.log(`off by ${network} parts in a million, and by ${unchanged} for 'as much as now'`);

// Trains with the installed package, aborts a second training, and prints what it runs on.
// script/check-bare copies it beside the installed package.
import { readdirSync } from 'node:fs';
import { Trainer, data, device, nn, optim } from 'thalweg';

function expect(holds, what) {
  if (!holds) throw new Error(`expected ${what}`);
}

const set = data.fromArrays({
  inputs: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1),
  shape: [4, 2],
  labels: Int32Array.of(0, 1, 1, 0),
});
const model = nn.sequential({ input: [2] }, nn.dense(16, { activation: 'tanh' }), nn.dense(2));
const optimizer = optim.adam({ learningRate: 0.05 });
const loss = 'softmaxCrossEntropy';

const trainer = new Trainer({ model, loss, optimizer, seed: 1 });
const { epochs } = await trainer.fit(set, { epochs: 200, batchSize: 'full' });
expect(epochs.at(-1).accuracy === 1, `xor to be learnt, received ${JSON.stringify(epochs.at(-1))}`);
const { threads, isa } = device.explain(trainer.device);
trainer.dispose();

const aborted = new Trainer({ model, loss, optimizer, seed: 1 });
const run = aborted.fit(set, { epochs: 1e6, batchSize: 'full', signal: AbortSignal.timeout(100) });
const { reason } = await run;
expect(reason === 'aborted', `the second training to end as aborted, received ${reason}`);
aborted.dispose();

const installed = readdirSync('node_modules').filter((name) => !name.startsWith('.'));
expect(String(installed) === 'thalweg', `thalweg alone, received ${installed}`);
console.log(
  `the packed package trains and aborts on ${isa}, ${threads} threads, and needs nothing else`,
);

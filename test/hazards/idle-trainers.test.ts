/** Trainers that have finished, and are kept. */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';

const threads = (): number => readdirSync('/proc/self/task').length;

it('keep one sleeping thread each: more would slow the loops of the trainer that runs', async () => {
  const model = nn.sequential({ input: [64] }, nn.dense(512), nn.dense(10));
  using train = data.fromArrays({
    inputs: new Float32Array(512 * 64).fill(0.5),
    shape: [512, 64],
    labels: new Int32Array(512),
  });
  const trainers: Trainer[] = [];
  const before = threads();
  try {
    for (let seed = 0; seed < 8; seed++) {
      const trainer = new Trainer({
        ...{ model, seed, loss: 'softmaxCrossEntropy', optimizer: optim.sgd() },
      });
      trainers.push(trainer);
      await trainer.fit(train, { epochs: 1, batchSize: 256 });
    }
    // They end by themselves some milliseconds after the last job.
    for (let turn = 0; turn < 200 && threads() > before + trainers.length; turn++) await sleep(10);
    expect(threads()).toBeLessThanOrEqual(before + trainers.length);
  } finally {
    for (const trainer of trainers) trainer.dispose();
  }
});

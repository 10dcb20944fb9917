/** Far more trainers run at once than the machine has processors. */
import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const rows = 64;
const set = data.fromArrays({
  inputs: floats(generator(9), rows * 12),
  shape: [rows, 12],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
});
const make = (seed: number): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [12] }, nn.dense(64, { activation: 'relu' }), nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    seed,
  });
const fit = { epochs: 10, batchSize: 16, validation: set } as const;
const count = 64;

describe('64 trainers at once', () => {
  it('end in the bits of each by itself, and the event loop goes on meanwhile', async () => {
    const seeds = 4;
    const alone = await Promise.all(
      Array.from({ length: seeds }, async (_, seed) => {
        using trainer = make(seed);
        await trainer.fit(set, fit);
        return trainer.parameters();
      }),
    );
    const trainers = Array.from({ length: count }, (_, i) => make(i % seeds));
    let ended = 0;
    const runs = Promise.all(
      trainers.map(async (trainer) => {
        await trainer.fit(set, fit);
        ended++;
      }),
    );
    expect((await readFile('package.json', 'utf8')).length).toBeGreaterThan(0);
    let turns = 0;
    while (ended < count) {
      await setImmediate();
      turns++;
    }
    await runs;
    // A loop that is blocked has one turn or two; a busy machine leaves fewer than a free one.
    expect(turns).toBeGreaterThan(count / 8);
    for (const [i, trainer] of trainers.entries()) {
      expect(trainer.parameters(), `trainer ${i}`).toEqual(alone[i % seeds]);
      trainer.dispose();
    }
  });

  it('are all aborted by one signal, or ended by disposal', async () => {
    const trainers = Array.from({ length: count }, (_, i) => make(i));
    const controller = new AbortController();
    const warnings: Error[] = [];
    const keep = (warning: Error): void => {
      if (warning.name === 'MaxListenersExceededWarning') warnings.push(warning);
    };
    process.on('warning', keep);
    const runs = trainers.map((trainer) =>
      trainer.fit(set, { ...fit, epochs: 1e9, signal: controller.signal }),
    );
    await setImmediate();
    for (const trainer of trainers.slice(0, count / 2)) trainer.dispose();
    controller.abort();
    const reasons = await Promise.all(runs.map(async (run) => (await run).reason));
    expect(new Set(reasons)).toEqual(new Set(['aborted']));
    process.off('warning', keep);
    expect(warnings).toEqual([]);
    for (const trainer of trainers.slice(0, count / 2))
      expect((await failure(() => trainer.fit(set, fit))).code).toBe('DISPOSED');
    for (const trainer of trainers.slice(count / 2)) {
      expect((await trainer.fit(set, { ...fit, epochs: 1 })).reason).toBe('completed');
      trainer.dispose();
    }
  });
});

/** Calls that only read a trainer wait for their turn, and run between the epochs of a run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, type callbacks, data, nn, optim } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const rows = 60;
const inputs = floats(generator(1), rows * 4);
const set = data.fromArrays({
  inputs,
  shape: [rows, 4],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
});
const make = (): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [4] }, nn.dense(8, { activation: 'relu' }), nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam({ learningRate: 0.01 }),
    seed: 5,
  });
const fit = { epochs: 3, batchSize: 7 };

describe('without a run', () => {
  it('many wait for each other, and each has its own answer', async () => {
    using trainer = make();
    const batches = Array.from({ length: 20 }, (_, i) => floats(generator(i), 8 * (i + 1)));
    const expected: Float32Array[] = [];
    for (const batch of batches) expected.push(await trainer.predict(batch));
    const calls = batches.map((batch) => trainer.predict(batch));
    for (const batch of batches) batch.fill(0); // the call copies inputs before it returns
    const evaluation = trainer.evaluate(set);
    expect(await Promise.all(calls)).toEqual(expected);
    expect((await evaluation).loss).toBe((await trainer.evaluate(set)).loss);
  });

  it('calls that change the trainer are BUSY, and one that fails lets the next go on', async () => {
    using trainer = make();
    const first = trainer.predict(inputs);
    const bad = data.fromArrays({ inputs, shape: [rows, 4], labels: new Int32Array(rows).fill(9) });
    const wrong = failure(async () => trainer.evaluate(bad));
    const last = trainer.predict(inputs);
    expect((await failure(() => trainer.setParameters(make().parameters()))).code).toBe('BUSY');
    expect((await failure(async () => trainer.fit(set, fit))).code).toBe('BUSY');
    expect((await wrong).code).toBe('RANGE');
    expect(await last).toEqual(await first);
    await trainer.fit(set, fit);
  });

  it('those that wait when it is disposed of are DISPOSED', async () => {
    const trainer = make();
    const first = trainer.predict(inputs).catch(() => undefined); // It may be through by then.
    const calls = [1, 2].map(() => failure(async () => trainer.predict(inputs)));
    trainer.dispose();
    await first;
    const codes = (await Promise.all(calls)).map(({ code }) => code);
    expect(codes).toEqual(['DISPOSED', 'DISPOSED']);
  });
});

describe('during a run', () => {
  it('hooks evaluate, predict, save and read, and the run keeps its bits', async () => {
    using plain = make();
    const expected = await plain.fit(set, { ...fit, validation: set });
    using trainer = make();
    const file = join(newFolder(), 'weights.safetensors');
    const losses: number[] = [];
    const hook = async (): Promise<void> => {
      const [evaluation, outputs] = await Promise.all([
        trainer.evaluate(set, { metrics: ['f1'] }),
        trainer.predict(inputs),
        trainer.saveWeights(file),
      ]);
      losses.push(evaluation.loss);
      expect(outputs).toHaveLength(rows * 3);
      expect(trainer.parameters()['dense1.weight']).toHaveLength(32);
      expect(trainer.gradients(set, Uint32Array.of(1)).loss).toBeGreaterThan(0);
      expect(trainer.statistics()).toEqual({});
      expect((await failure(() => trainer.setParameters(trainer.parameters()))).code).toBe('BUSY');
      expect((await failure(async () => trainer.fit(set, fit))).code).toBe('BUSY');
    };
    const reader: callbacks.Callback = { name: 'reader', start: hook, epoch: hook, end: hook };
    const history = await trainer.fit(set, { ...fit, validation: set, callbacks: [reader] });
    expect(history.epochs.map(({ loss }) => loss)).toEqual(expected.epochs.map(({ loss }) => loss));
    expect(trainer.parameters()).toEqual(plain.parameters());
    expect(losses.slice(1, 4)).toEqual(expected.epochs.map(({ validation }) => validation!.loss));
    expect(existsSync(file)).toBe(true);
  });

  it('calls from outside come between the epochs, and cannot keep the run from going on', async () => {
    using trainer = make();
    let isOver = false;
    const run = trainer.fit(set, { ...fit, epochs: 20 }).finally(() => (isOver = true));
    let count = 0;
    while (!isOver) {
      await Promise.all([trainer.predict(inputs), trainer.evaluate(set)]);
      count++;
    }
    expect((await run).epochs).toHaveLength(20);
    expect(count).toBeGreaterThan(0);
  });

  it('loops over its events may await them', async () => {
    using trainer = make();
    const losses: number[] = [];
    for await (const event of trainer.fit(set, fit))
      if (event.type === 'epoch') losses.push((await trainer.evaluate(set)).loss);
    expect(losses).toHaveLength(3);
  });

  it('a run that fails, or is stopped in an epoch, lets them go on', async () => {
    using trainer = make();
    const calls: Promise<Float32Array>[] = [];
    const breaker: callbacks.Callback = {
      name: 'breaker',
      progress: () => {
        calls.push(trainer.predict(inputs));
        throw new Error('broken');
      },
    };
    const long = { epochs: 1e6, batchSize: 1 };
    await expect(trainer.fit(set, { ...long, callbacks: [breaker] })).rejects.toThrow('broken');
    const stopper: callbacks.Callback = {
      name: 'stopper',
      progress: (_, run) => {
        calls.push(trainer.predict(inputs));
        run.stop();
      },
    };
    await trainer.fit(set, { ...long, callbacks: [stopper] });
    expect((await Promise.all(calls)).length).toBeGreaterThan(1);
  });

  it('flush hooks may await them, also while the loop runs', async () => {
    using trainer = make();
    let flushes = 0;
    const flusher: callbacks.Callback = {
      name: 'flusher',
      epoch: () => undefined,
      flush: async () => {
        await trainer.predict(inputs);
        flushes++;
      },
    };
    const checkpoint = { folder: newFolder(), everySteps: 2 };
    const history = await trainer.fit(set, { ...fit, checkpoint, callbacks: [flusher] });
    expect(history.reason).toBe('completed');
    expect(flushes).toBeGreaterThan(1);
  });

  it('an abort ends a hook that waits for one, and the run as aborted', async () => {
    using trainer = make();
    const controller = new AbortController();
    const reader: callbacks.Callback = {
      name: 'reader',
      epoch: async () => {
        const evaluation = trainer.evaluate(set, { batchSize: 1 });
        controller.abort();
        await evaluation;
      },
    };
    const { signal } = controller;
    const { reason } = await trainer.fit(set, { ...fit, signal, callbacks: [reader] });
    expect(reason).toBe('aborted');
  });
});

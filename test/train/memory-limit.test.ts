/** Option `memoryLimit`: a call that would pass the limit is MEMORY, and changes nothing. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ThalwegError, Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';

const rows = 4000;
const set = data.fromArrays({
  inputs: new Float32Array(rows * 10).fill(0.5),
  shape: [rows, 10],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 4),
});
const make = (memoryLimit?: number): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [10] }, nn.dense(64, { activation: 'relu' }), nn.dense(4)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    ...(memoryLimit !== undefined && { memoryLimit }),
  });
/** Reads the needed bytes from a refusal. */
function needed(error: ThalwegError): number {
  expect(error).toMatchObject({ code: 'MEMORY', path: 'memoryLimit' });
  const [, bytes] = /^(\d+) bytes$/.exec(error.received)!;
  return Number(bytes);
}

/** The bytes that the trainer holds from the beginning. */
async function least(): Promise<number> {
  return needed(await failure(() => make(1)));
}

describe('memoryLimit', () => {
  it('is what the model needs, to the byte', async () => {
    const bytes = await least();
    expect(bytes).toBeGreaterThan(4 * 964 * 4); // these are weights, gradients and two slots
    expect((await failure(() => make(bytes - 1))).expected).toContain(`${bytes - 1} bytes`);
    make(bytes).dispose();
  });

  it("refuses a model of 10¹² parameters at once, by the machine's memory", async () => {
    const model = nn.sequential({ input: [1e6] }, nn.dense(1e6), nn.dense(4));
    const large = { model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() } as const;
    expect(needed(await failure(() => new Trainer(large)))).toBeGreaterThan(1.6e13);
  });

  const folder = newFolder();
  const calls: readonly (readonly [string, (trainer: Trainer) => PromiseLike<unknown>])[] = [
    ['fit', (trainer) => trainer.fit(set, { epochs: 1, batchSize: 1000 })],
    ['fit of parts', (trainer) => trainer.fit(set, { epochs: 1, batchSize: 8, accumulate: 2 })],
    ['guarded fit', (trainer) => trainer.fit(set, { epochs: 1, guard: true })],
    ['watched fit', (trainer) => trainer.fit(set, { epochs: 1, monitor: true })],
    ['evaluate', (trainer) => trainer.evaluate(set)],
    ['predict', (trainer) => trainer.predict(new Float32Array(1000))],
    [
      'fit with checkpoints',
      (trainer) => {
        const checkpoint = { folder: mkdtempSync(join(folder, 'kept-')) };
        return trainer.fit(set, { epochs: 1, batchSize: 4, checkpoint });
      },
    ],
    ['refreshStatistics', (trainer) => trainer.refreshStatistics(set)],
  ];
  it.each(calls)('is MEMORY in %s until it is enough, and changes nothing', async (_, call) => {
    let limit = await least();
    let refusals = 0;
    for (;;) {
      using trainer = make(limit);
      const before = trainer.parameters();
      const error = await call(trainer).then(
        () => undefined,
        (thrown: unknown) => thrown as ThalwegError,
      );
      if (error === undefined) break;
      expect(needed(error)).toBeGreaterThan(limit);
      expect([trainer.parameters(), trainer.steps]).toEqual([before, 0]);
      limit = needed(error);
      refusals++;
    }
    expect(refusals).toBeGreaterThan(0);
    expect(refusals).toBeLessThan(5);
  });

  it('counts the scores that ROC-AUC ranks', async () => {
    const base = await least();
    const asked = { metrics: ['rocAuc'] } as const;
    using plain = make(base);
    const batch = needed(await failure(() => plain.evaluate(set))) - base;
    const scores = rows * 4 * 8;
    using small = make(base + batch + scores - 1);
    await small.evaluate(set);
    expect(needed(await failure(() => small.evaluate(set, asked)))).toBe(base + batch + scores);
    using enough = make(base + batch + scores);
    await enough.evaluate(set, asked);
  });

  it('counts the copy for checkpoints as long as it lives, in a second run as in the first', async () => {
    const base = await least();
    const run = (trainer: Trainer, checkpoint?: { readonly folder: string }) =>
      trainer.fit(set, { epochs: 1, batchSize: 400, ...(checkpoint && { checkpoint }) });
    const keep = () => ({ folder: mkdtempSync(join(folder, 'twice-')) });
    using bare = make(base);
    const batch = needed(await failure(() => run(bare))) - base;
    const copy = 3 * 964 * 4; // these are weights and two slots
    using small = make(base + batch + copy - 1);
    await run(small); // it fits without a checkpoint
    expect(needed(await failure(() => run(small, keep())))).toBe(base + batch + copy);
    using fresh = make(base + batch + copy - 1);
    expect(needed(await failure(() => run(fresh, keep())))).toBe(base + batch + copy);
    using enough = make(base + batch + copy);
    for (let i = 0; i < 2; i++) await run(enough, keep());
    expect(enough.steps).toBe(20);
  });

  it('counts the batch of an earlier run when a guard begins', async () => {
    const base = await least();
    const run = (trainer: Trainer, guard: boolean) =>
      trainer.fit(set, { epochs: 1, batchSize: 400, guard });
    using bare = make(base);
    const batch = needed(await failure(() => run(bare, false))) - base;
    using small = make(base + batch);
    await run(small, false);
    const guarded = needed(await failure(() => run(small, true)));
    using enough = make(guarded);
    for (const guard of [false, true]) await run(enough, guard);
    using short = make(guarded - 1);
    await run(short, false);
    expect(needed(await failure(() => run(short, true)))).toBe(guarded);
  });

  it('counts the copies of weights that a monitor keeps, and what predict takes and gives', async () => {
    const base = await least();
    const watched = (monitor: boolean) => (trainer: Trainer) =>
      trainer.fit(set, { epochs: 1, batchSize: 40, monitor });
    const predicted = (rows: number) => (trainer: Trainer) =>
      trainer.predict(new Float32Array(rows * 10), { batchSize: 40 });
    /** Finds the number of bytes with which a call passes, and one less does not. */
    const enough = async (call: (trainer: Trainer) => PromiseLike<unknown>): Promise<number> => {
      for (let bytes = base; ;) {
        using trainer = make(bytes);
        const error = await call(trainer).then(
          () => undefined,
          (thrown: unknown) => thrown as ThalwegError,
        );
        if (error === undefined) return bytes;
        bytes = needed(error);
      }
    };
    expect((await enough(watched(true))) - (await enough(watched(false)))).toBe(964 * 4);
    expect((await enough(predicted(1200))) - (await enough(predicted(400)))).toBe(800 * 14 * 4);
  });

  it('leaves a trainer to smaller batches', async () => {
    using trainer = make((await least()) + 300_000);
    const large = { epochs: 1, batchSize: 'full' } as const;
    needed(await failure(() => trainer.fit(set, large)));
    expect((await trainer.fit(set, { epochs: 1, batchSize: 50 })).reason).toBe('completed');
  });

  it('is a whole number of bytes', async () => {
    for (const wrong of [0, -1, Infinity])
      expect((await failure(() => make(wrong))).code).toBe('RANGE');
    for (const wrong of [1.5, '1' as never, null as never])
      expect((await failure(() => make(wrong))).code).toBe('TYPE');
  });
});

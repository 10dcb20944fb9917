/** A callback can serve more than one run, because its state belongs to one run. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, callbacks, data, ensemble, nn, optim } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const noise = (seed: number): data.Dataset =>
  data.fromArrays({
    inputs: floats(generator(seed), 240),
    shape: [60, 4],
    labels: Int32Array.from(floats(generator(seed + 1), 60), (value) => (value > 0 ? 1 : 0)),
  });
const model = nn.sequential({ input: [4] }, nn.dense(32, { activation: 'relu' }), nn.dense(2));
const make = (seed: number, learningRate = 0.1): Trainer =>
  new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    seed,
    optimizer: optim.adam({ learningRate }),
  });
const train = noise(1);
const validation = noise(7);

it('snapshots keep the weights of the latest run alone', async () => {
  const kept = ensemble.snapshots();
  using first = make(3);
  using second = make(4);
  await first.fit(train, { epochs: 3, callbacks: [kept] });
  await second.fit(train, { epochs: 2, callbacks: [kept] });
  const members = kept.members(model);
  expect(members.map(({ name }) => name)).toEqual(['epoch 1', 'epoch 2']);
  expect(members.at(-1)!.parameters).toEqual(second.parameters());
  await second.fit(train, { epochs: 1, callbacks: [kept] });
  expect(kept.members(model).map(({ name }) => name)).toEqual(['epoch 3']);
});

describe('earlyStopping', () => {
  /** Returns the results of a run with a callback of its own. */
  async function alone(seed: number, set = train) {
    using trainer = make(seed);
    const stopping = callbacks.earlyStopping({ patience: 2 });
    const history = await trainer.fit(set, { epochs: 40, validation, callbacks: [stopping] });
    const { best, bestEpoch } = stopping;
    return { epochs: history.epochs.length, best, bestEpoch, parameters: trainer.parameters() };
  }

  it('judges each trainer by its own epochs', async () => {
    const stopping = callbacks.earlyStopping({ patience: 2 });
    for (const seed of [3, 4, 5]) {
      using trainer = make(seed);
      const history = await trainer.fit(train, { epochs: 40, validation, callbacks: [stopping] });
      const expected = await alone(seed);
      const { best, bestEpoch } = stopping;
      expect({ epochs: history.epochs.length, best, bestEpoch }).toEqual({
        epochs: expected.epochs,
        best: expected.best,
        bestEpoch: expected.bestEpoch,
      });
      expect(trainer.parameters()).toEqual(expected.parameters);
    }
  });

  it('gives an ensemble the members that separate callbacks give', async () => {
    const stopping = callbacks.earlyStopping({ patience: 2 });
    const options = { epochs: 40, validation, callbacks: [stopping] };
    const members = await ensemble.seeds(
      { model, loss: 'softmaxCrossEntropy', optimizer: optim.adam({ learningRate: 0.1 }) },
      { seeds: [3, 4], train: (trainer) => trainer.fit(train, options) },
    );
    for (const [i, seed] of [3, 4].entries()) {
      const { parameters } = await alone(seed);
      expect(members[i]!.parameters).toEqual(parameters);
    }
  });

  it('judges a second stage on other data by what it does there', async () => {
    using trainer = make(3, 0.01);
    const stopping = callbacks.earlyStopping({ metric: 'loss', patience: 2, warmup: 2 });
    await trainer.fit(train, { epochs: 30, callbacks: [stopping] });
    const first = { best: stopping.best!, epochs: trainer.epochs };
    const other = noise(21); // a higher loss at first
    const { epochs } = await trainer.fit(other, { epochs: 10, callbacks: [stopping] });
    expect(epochs[0]!.loss).toBeGreaterThan(first.best);
    expect(epochs).toHaveLength(10);
    expect(stopping.bestEpoch).toBeGreaterThanOrEqual(first.epochs + 2);
  });

  it('is refused for two runs at once, before the second begins', async () => {
    using first = make(1);
    using second = make(2);
    const stopping = callbacks.earlyStopping();
    const options = { epochs: 5, validation, callbacks: [stopping] };
    const run = first.fit(train, options);
    expect(await failure(async () => second.fit(train, options))).toMatchObject({
      code: 'BUSY',
      path: 'callbacks.earlyStopping',
    });
    expect(second.steps).toBe(0);
    await run;
    await second.fit(train, options);
  });
});

/** Has callbacks restored for a resumed run, which fails before they hear of it. */
async function failBefore(kept: callbacks.Callback): Promise<void> {
  const folder = newFolder();
  using first = make(3);
  const options = { epochs: 2, validation, callbacks: [kept] };
  const { checkpoint } = await first.fit(train, { ...options, checkpoint: { folder } });
  using resumed = make(3);
  await resumed.resume(checkpoint!);
  const start = () => Promise.reject(new Error('mine'));
  const run = () => resumed.fit(train, { ...options, callbacks: [{ name: 'fails', start }, kept] });
  await expect(run()).rejects.toThrow('mine');
}

describe('after a resumed run that failed before it began, another trainer begins anew', () => {
  it('with snapshots', async () => {
    const kept = ensemble.snapshots();
    await failBefore(kept);
    using second = make(4);
    await second.fit(train, { epochs: 1, callbacks: [kept] });
    expect(kept.members(model).map(({ name }) => name)).toEqual(['epoch 1']);
  });

  it('with earlyStopping', async () => {
    const stopping = callbacks.earlyStopping({ metric: 'loss' });
    await failBefore(stopping);
    using second = make(4, 1e-9); // no better than the best of the first
    const { epochs } = await second.fit(train, { epochs: 1, callbacks: [stopping] });
    expect(stopping.best).toBe(epochs[0]!.loss);
  });
});

describe('logs', () => {
  const logsIn = (folder: string) => [
    callbacks.csvLog({ file: join(folder, 'log.csv') }),
    callbacks.jsonLog({ file: join(folder, 'log.jsonl') }),
    callbacks.tensorBoard({ folder, every: Infinity }),
  ];
  const rowsOf = (folder: string): string[][] =>
    readFileSync(join(folder, 'log.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  const bytesOf = (folder: string) =>
    readdirSync(folder)
      .filter((name) => name.startsWith('events'))
      .map((name) => statSync(join(folder, name)).size);

  it('keep their rows when another trainer uses them', async () => {
    const folder = newFolder();
    const logs = logsIn(folder);
    for (const [seed, epochs] of [
      [1, 5],
      [2, 2],
    ] as const) {
      using trainer = make(seed);
      await trainer.fit(train, { epochs, callbacks: logs });
    }
    expect(rowsOf(folder).map(([epoch]) => epoch)).toEqual([
      'epoch',
      '0',
      '1',
      '2',
      '3',
      '4',
      '0',
      '1',
    ]);
    const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('"type":"epoch"'))).toHaveLength(7);
    expect(bytesOf(folder)).toHaveLength(2);
    expect(Math.min(...bytesOf(folder))).toBeGreaterThan(100);
  });

  it('have the columns that begin later, also after going back to before them', async () => {
    const folder = newFolder();
    const checkpoint = { folder: join(folder, 'kept'), everyEpochs: 1, keepLast: 9 };
    const log = () => callbacks.csvLog({ file: join(folder, 'log.csv') });
    using trainer = make(1);
    await trainer.fit(train, { epochs: 2, checkpoint, callbacks: [log()] });
    const narrow = rowsOf(folder);
    const first = readdirSync(checkpoint.folder).filter((name) => name.startsWith('checkpoint'));
    await trainer.fit(train, {
      epochs: 2,
      validation,
      metrics: ['f1'],
      callbacks: [log()],
      monitor: { every: 1 },
    });
    const [header, ...rows] = rowsOf(folder);
    expect(header!.slice(0, narrow[0]!.length)).toEqual(narrow[0]);
    expect(header).toContain('validation.f1');
    expect(header).toContain('layers.dense1.weightNorm');
    expect(rows).toHaveLength(4);
    expect(rows.every((row) => row.length === header!.length)).toBe(true);
    expect(rows.slice(0, 2).map((row) => row.slice(0, narrow[0]!.length))).toEqual(narrow.slice(1));
    const f1 = header!.indexOf('validation.f1');
    expect(rows.map((row) => row[f1] !== '')).toEqual([false, false, true, true]);

    // The checkpoint counts rows of a file that was narrower then.
    using resumed = make(1);
    await resumed.resume(join(checkpoint.folder, first.sort()[0]!));
    await resumed.fit(train, { epochs: 2, callbacks: [log()] });
    const again = rowsOf(folder);
    expect(again.map(([epoch]) => epoch)).toEqual(['epoch', '0', '1']);
    expect(again.every((row) => row.length === header!.length)).toBe(true);
  });
});

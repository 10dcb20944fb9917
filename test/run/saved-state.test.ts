/** Checkpoints keep the states of callbacks, and refuse what they cannot keep. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { type callbacks, checkpoint } from '../../src/index.js';
import { restoreCallbacks } from '../../src/run/restore.js';
import { saveCallbacks } from '../../src/run/saved-state.js';
import type { SavedCallback } from '../../src/run/callback.js';
import { classes, make } from '../checkpoint/runs.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';

type Saved = SavedCallback;

/** Makes a callback that keeps what it gets. */
const keeper = (name: string, state: unknown, arrays: unknown = {}): callbacks.Callback => ({
  name,
  epoch: () => undefined,
  state: () => state as callbacks.Json,
  arrays: () => arrays as Saved['arrays'],
  restore: () => undefined,
});

class Money {
  readonly amount = 3;
}

function ring(): unknown {
  const list: unknown[] = [1];
  list.push({ list });
  return list;
}

describe('a state', () => {
  it('is copied as it is when the checkpoint is taken', () => {
    const json = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(json, (value) => {
        const saved = saveCallbacks([keeper('a', value)])['a']!.state;
        expect(saved).toEqual(value);
        if (typeof value === 'object' && value !== null) expect(saved).not.toBe(value);
      }),
    );
  });

  it('keeps numbers that JSON lacks, leaves out what is undefined, may hold one list twice', () => {
    const list = [NaN, -0, Infinity];
    const { state } = saveCallbacks([keeper('a', { list, again: list, none: undefined })])['a']!;
    expect(state).toEqual({ list, again: list });
    expect(Object.keys(state as object)).toEqual(['list', 'again']);
  });

  it.each([
    ['a date', { since: new Date(0) }, '.since'],
    ['a map', { seen: [new Map()] }, '.seen[0]'],
    ['an array of floats', { best: Float32Array.of(1) }, '.best'],
    ['an object of a class', new Money(), ''],
    ['a function', { f: () => 1 }, '.f'],
    ['a big integer', [1n], '[0]'],
    ['a hole', [undefined], '[0]'],
    ['a promise', Promise.resolve(1), ''],
    ['a value within itself', ring(), '[1].list'],
  ])('is TYPE if it holds %s', async (_, state, at) => {
    const error = await failure(() => saveCallbacks([keeper('a', state)]));
    expect([error.code, error.path]).toEqual(['TYPE', `callbacks.a.state${at}`]);
  });
});

describe('arrays', () => {
  it.each([
    ['float64', { x: Float64Array.of(1) }, 'DTYPE', '.x'],
    ['a list', { x: [1] }, 'TYPE', '.x'],
    ['no object', [Float32Array.of(1)], 'TYPE', ''],
  ])('are refused if they are %s', async (_, arrays, code, at) => {
    const error = await failure(() => saveCallbacks([keeper('a', null, arrays)]));
    expect([error.code, error.path]).toEqual([code, `callbacks.a.arrays${at}`]);
  });

  it('are DUPLICATE if their names make one tensor', async () => {
    const of = (name: string, key: string) => keeper(name, null, { [key]: new Float32Array(1) });
    const error = await failure(() => saveCallbacks([of('a', 'b/c'), of('a/b', 'c')]));
    expect([error.code, error.path]).toEqual(['DUPLICATE', 'callbacks.a/b.arrays.c']);
    expect(Object.keys(saveCallbacks([of('a', 'b/c'), of('a/b', 'd')]))).toEqual(['a', 'a/b']);
  });

  it('end the run before they reach a file if they are no float32', async () => {
    const folder = newFolder();
    const second = { x: Float32Array.of(7, 8, 9) };
    const run = (first: unknown) => ({
      epochs: 2,
      batchSize: 10,
      checkpoint: { folder, everySteps: 3 },
      callbacks: [keeper('first', null, { x: first }), keeper('second', null, second)],
    });
    using train = classes();
    using trainer = make();
    const { code, path } = await failure(() => trainer.fit(train, run(Float64Array.of(1, 2, 3))));
    expect([code, path]).toEqual(['DTYPE', 'callbacks.first.arrays.x']);
    expect(readdirSync(folder).filter((name) => name.endsWith('.safetensors'))).toEqual([]);
    const { checkpoint: file } = await trainer.fit(train, run(Float32Array.of(1, 2, 3)));
    const { tensors } = await checkpoint.inspect(file!);
    expect(tensors.filter(({ name }) => name.startsWith('callbacks/'))).toMatchObject([
      { name: 'callbacks/first/x', shape: [3] },
      { name: 'callbacks/second/x', shape: [3] },
    ]);
  });
});

it('the state of a file is that of its moment, whatever the callback does to it then', async () => {
  const folder = newFolder();
  const live = { seen: [] as number[] };
  const growing: callbacks.Callback = {
    ...keeper('growing', live),
    epoch: ({ epoch }) => live.seen.push(epoch),
    flush: async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (let i = 0; i < 5000; i++) live.seen.push(-1);
    },
  };
  using train = classes();
  using trainer = make();
  const files: string[] = [];
  await trainer.fit(train, {
    epochs: 2,
    checkpoint: { folder, everyEpochs: 1 },
    callbacks: [growing],
    onEvent: (event) => event.type === 'checkpoint' && files.push(event.file),
  });
  const { state } = await inspectWhole(files[0]!);
  expect(state.run!.callbacks['growing']!.state).toEqual({ seen: [0] });
});

describe('a promise in the place of a state', () => {
  // The test runner fails at an unhandled rejection, as Node.js does.
  const rejected = (): Promise<never> => Promise.reject(new Error('mine'));
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

  it.each([
    ['a state', () => keeper('a', rejected())],
    [
      'a part of a state',
      () => keeper('a', { list: [1, { first: rejected(), second: rejected() }] }),
    ],
    ['arrays', () => keeper('a', null, rejected())],
    ['an array', () => keeper('a', null, { first: rejected(), second: rejected() })],
  ])('is TYPE as %s if it rejects, and ends nothing', async (_, made) => {
    const callback = made();
    expect(() => saveCallbacks([callback])).toThrow(expect.objectContaining({ code: 'TYPE' }));
    await settled();
  });

  it.each([
    ['rejects', rejected],
    ['resolves', () => Promise.resolve()],
  ])('is TYPE as the result of restore if it %s, and ends nothing', async (_, restore) => {
    const callback: callbacks.Callback = { ...keeper('a', 1), ...({ restore } as object) };
    const restoring = () => restoreCallbacks([callback], { a: { state: 1, arrays: {} } });
    expect(restoring).toThrow(
      expect.objectContaining({ code: 'TYPE', path: 'callbacks.a.restore' }),
    );
    await settled();
  });
});

it('a state that nests deeper than checkpoints can hold is TYPE', () => {
  let state: unknown = 1;
  for (let i = 0; i < 100_000; i++) state = [state];
  expect(() => saveCallbacks([keeper('a', state)])).toThrow(
    expect.objectContaining({ code: 'TYPE', received: 'more than 500 levels' }),
  );
});

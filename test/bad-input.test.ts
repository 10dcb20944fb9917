/**
 * Bad input that no other test covers: sizes beyond memory, foreign prototypes, deep nesting. Each
 * ends in a coded error that names the place, and changes nothing.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  Trainer,
  callbacks,
  checkpoint,
  data,
  io,
  loss,
  nn,
  optim,
  progress,
  schedule,
} from '../src/index.js';
import { failure } from './oracle/failure.js';
import { newFolder } from './new-folder.js';

const model = nn.sequential({ input: [2] }, nn.dense(2));
const options = { model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() } as const;
const set = data.fromArrays({
  inputs: Float32Array.of(0, 1, 2, 3),
  shape: [2, 2],
  labels: Int32Array.of(0, 1),
});

describe('sizes beyond the machine are MEMORY or OVERFLOW, not a killed process', () => {
  it.each([
    ['a model', () => new Trainer({ ...options, model: wide(1e6, 1e6) }), 'MEMORY'],
    [
      'a model beyond 2^56',
      () => new Trainer({ ...options, model: wide(2 ** 31 - 1, 2 ** 31 - 1) }),
      'OVERFLOW',
    ],
    ['an order', () => data.permutation({ length: 2 ** 52 }), 'MEMORY'],
    [
      'an exact shuffler',
      () => [...new data.Shuffler({ length: 2 ** 45, batchSize: 4, exact: true })],
      'MEMORY',
    ],
    [
      'a shape',
      () => data.fromArrays({ inputs: new Float32Array(1), shape: [2 ** 32, 2 ** 32] }),
      'OVERFLOW',
    ],
  ])('%s', async (_, body, code) => expect((await failure(body)).code).toBe(code));

  function wide(inputs: number, outputs: number): nn.Sequential {
    return nn.sequential({ input: [inputs] }, nn.dense(outputs), nn.dense(2));
  }

  it('a batch; the trainer goes on with smaller ones', async () => {
    const rows = 1_000_000;
    const inputs = new Float32Array(rows);
    using large = data.fromArrays({ inputs, shape: [rows, 1], labels: new Int32Array(rows) });
    const few = { inputs: inputs.subarray(0, 64), shape: [64, 1], labels: new Int32Array(64) };
    using small = data.fromArrays(few);
    using trainer = new Trainer({ ...options, model: wide(1, 1e6), optimizer: optim.sgd() });
    const whole = { epochs: 1, batchSize: 'full' } as const;
    const { code, received } = await failure(() => trainer.fit(large, whole));
    expect([code, trainer.steps]).toEqual(['MEMORY', 0]);
    expect(received).toMatch(/^\d{13,} bytes$/);
    expect((await trainer.fit(small, { epochs: 1, batchSize: 8 })).steps).toBe(8);
  });
});

describe('a key of __proto__, constructor or a symbol is an unknown option', () => {
  const trainer = new Trainer(options);
  const calls: readonly (readonly [string, (extra: object) => unknown])[] = [
    ['adam', (extra) => optim.adam(extra)],
    ['groups', (extra) => optim.adam({ groups: [Object.assign(extra, { match: '*' })] })],
    ['clip', (extra) => optim.bind(optim.adam(), {}, { clip: extra })],
    ['bind', (extra) => optim.bind(optim.adam(), {}, extra)],
    ['cosine', (extra) => schedule.cosine(Object.assign(extra, { initial: 1, steps: 1 }))],
    ['dense', (extra) => nn.dense(1, extra)],
    ['huber', (extra) => loss.huber(extra)],
    ['Trainer', (extra) => new Trainer(Object.assign(extra, options))],
    ['fit', (extra) => trainer.fit(set, Object.assign(extra, { epochs: 1 }))],
    ['evaluate', (extra) => trainer.evaluate(set, extra)],
    ['predict', (extra) => trainer.predict(new Float32Array(2), extra)],
    ['setParameters', (extra) => trainer.setParameters(Object.assign(extra, trainer.parameters()))],
    ['Shuffler', (extra) => new data.Shuffler(Object.assign(extra, { length: 4, batchSize: 2 }))],
    ['gather', (extra) => data.gather(set, Uint32Array.of(0), extra)],
    ['mnist', (extra) => data.mnist(extra)],
    ['progress', (extra) => progress(extra)],
  ];
  const extras: readonly (() => object)[] = [
    () => JSON.parse('{"__proto__":{}}') as object,
    () => ({ constructor: 1 }),
    () => ({ [Symbol.iterator]: 1 }),
  ];
  it.each(calls)('%s', async (_, call) => {
    for (const extra of extras)
      expect((await failure(() => call(extra()))).code).toBe('UNKNOWN_OPTION');
    expect(trainer.steps).toBe(0);
  });
});

describe('nesting', () => {
  const folder = newFolder();

  it.each(['{"shape":', '['])('is DEPTH in a header with 10,000 levels of %s', async (open) => {
    const close = open === '[' ? ']' : '}';
    const inner = open === '[' ? '' : '0';
    const deep = open.repeat(10_000) + inner + close.repeat(10_000);
    const header = `{"a":{"dtype":"F32","shape":${deep},"data_offsets":[0,0]}}`;
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const file = join(folder, 'deep.safetensors');
    writeFileSync(file, Buffer.concat([length, Buffer.from(header)]));
    const { code, path } = await failure(() => io.readSafetensors(file));
    expect([code, path]).toEqual(['DEPTH', file]);
  });

  it('is DEPTH with 10,000 schedules', async () => {
    let learningRate: object = schedule.constant(1);
    for (let i = 0; i < 10_000; i++)
      learningRate = { kind: 'scale', schedule: learningRate, factor: 1 };
    const body = () => optim.adam({ learningRate: learningRate as schedule.Schedule });
    expect((await failure(body)).code).toBe('DEPTH');
  });
});

describe('arrays', () => {
  it('are refused wherever data comes in if they can be resized or are shared', async () => {
    const Resizable = ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer;
    const resizable = () => new Float32Array(new Resizable(16, { maxByteLength: 64 }));
    const shared = () => new Float32Array(new SharedArrayBuffer(16));
    using trainer = new Trainer(options);
    const before = trainer.parameters();
    const calls = [
      (inputs: Float32Array) => data.fromArrays({ inputs, shape: [2, 2] }),
      (inputs: Float32Array) => trainer.predict(inputs),
      (weight: Float32Array) => trainer.setParameters({ ...before, 'dense1.weight': weight }),
      (inputs: Float32Array) => data.gather(set, Uint32Array.of(0), { inputs }),
    ];
    for (const call of calls) {
      expect((await failure(() => call(resizable()))).code).toBe('RESIZABLE');
      expect((await failure(() => call(shared()))).code).toBe('TYPE');
    }
    expect(trainer.parameters()).toEqual(before);
  });
});

describe('a path', () => {
  const trainer = new Trainer(options);
  const tensor = { name: 'a', dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
  const calls: readonly (readonly [string, (path: never) => unknown])[] = [
    ['saveWeights', (path) => trainer.saveWeights(path)],
    ['loadWeights', (path) => trainer.loadWeights(path)],
    ['save', (path) => trainer.save(path)],
    ['resume', (path) => trainer.resume(path)],
    ['fit', (folder) => trainer.fit(set, { epochs: 1, checkpoint: { folder } })],
    ['inspect', (path) => checkpoint.inspect(path)],
    ['idx', (path) => data.idx(path)],
    ['mnist', (folder) => data.mnist({ folder })],
    ['readSafetensors', (path) => io.readSafetensors(path)],
    ['writeSafetensors', (path) => io.writeSafetensors(path, [tensor])],
    ['csvLog', (file) => callbacks.csvLog({ file })],
    ['jsonLog', (file) => callbacks.jsonLog({ file })],
    ['tensorBoard', (folder) => callbacks.tensorBoard({ folder })],
  ];
  it.each(calls)(
    'given to %s is TYPE if it is no text, and RANGE if it holds a NUL',
    async (_, call) => {
      for (const wrong of [5, {}, [], '', null])
        expect((await failure(() => call(wrong as never))).code).toBe('TYPE');
      const { code, path } = await failure(() => call('a\0b' as never));
      expect([code, typeof path]).toEqual(['RANGE', 'string']);
    },
  );
});

it('scale and offset of inputs that are no bytes are UNSUPPORTED: they would change nothing', async () => {
  const floats = { inputs: new Float32Array(4), shape: [2, 2] } as const;
  for (const wrong of [{ scale: 2 }, { offset: 1 }, { scale: 1 }]) {
    const { code, path } = await failure(() => data.fromArrays({ ...floats, ...wrong }));
    expect([code, path]).toEqual(['UNSUPPORTED', Object.keys(wrong)[0]]);
  }
});

it('an epoch whose rates do not fit into memory is MEMORY before it begins', async () => {
  using trainer = new Trainer(options);
  for (const draws of [2 ** 45, 2 ** 53 - 1]) {
    const sampling = data.weighted({ weights: [1, 1], draws });
    const { code } = await failure(() => trainer.fit(set, { epochs: 1, batchSize: 1, sampling }));
    expect([code, trainer.steps]).toEqual(['MEMORY', 0]);
  }
});

/**
 * Tests that public functions refuse strange values at once, with a code: lists with holes, lists of strange
 * lengths, revoked proxies, and descriptions that are written by hand.
 */
import { describe, expect, it } from 'vitest';
import {
  type ThalwegError,
  Trainer,
  average,
  callbacks,
  chart,
  data,
  ensemble,
  io,
  metrics,
  nn,
  optim,
  progress,
  schedule,
  tune,
} from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';

const model = nn.sequential({ input: [2] }, nn.dense(2));
const options = {
  model,
  loss: 'softmaxCrossEntropy',
  optimizer: optim.sgd(),
  device: 'cpu',
} as const;
const set = data.fromArrays({
  inputs: Float32Array.of(0, 1, 2, 3),
  shape: [2, 2],
  labels: Int32Array.of(0, 1),
});
const trainer = new Trainer(options);
const member = ensemble.member(trainer, { name: 'a' });
const folder = newFolder();
const labels = { title: '', xLabel: '', leftLabel: '' };
const confusion = new metrics.ConfusionMatrix({ classes: 2 });

const revoked = (target: object): never => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy as never;
};
const ofLength = (length: unknown): never =>
  new Proxy([], {
    get: (target, key) => (key === 'length' ? length : target[key as never]),
  }) as never;
const lists: readonly (readonly [string, () => never])[] = [
  ['a hole', () => new Array(1) as never],
  ['2^32 - 1 holes', () => new Array(2 ** 32 - 1) as never],
  ['a proxy of length 2^50', () => ofLength(2 ** 50)],
  ['a proxy whose length is a symbol', () => ofLength(Symbol('length'))],
  ['a revoked proxy', () => revoked([])],
];
const train = (): void => undefined;

const takesList: readonly (readonly [string, (list: never) => unknown])[] = [
  ['optim groups', (groups) => optim.adam({ groups })],
  [
    'groups by hand',
    (groups) => new Trainer({ ...options, optimizer: { ...optim.sgd(), groups } }),
  ],
  ['bind groups', (groups) => optim.bind({ ...optim.sgd(), groups }, { w: new Float32Array(1) })],
  ['piecewise', (values) => schedule.piecewise({ values, at: [1] })],
  ['multiStep', (at) => schedule.multiStep({ initial: 1, at, factor: 0.1 })],
  ['input', (input) => nn.sequential({ input }, nn.dense(1))],
  ['reshape', (shape) => nn.reshape(shape)],
  ['residual', (layers) => nn.sequential({ input: [2] }, nn.residual(layers))],
  [
    'shortcut',
    (shortcut) => nn.sequential({ input: [2] }, nn.residual([nn.dense(2)], { shortcut })),
  ],
  ['fromJSON', (layers) => nn.fromJSON({ kind: 'sequential', input: [2], layers })],
  [
    'a block by hand',
    (layers) =>
      nn.sequential({ input: [2] }, { kind: 'residual', layers, shortcut: [] } as nn.Layer),
  ],
  ['shape', (shape) => data.fromArrays({ inputs: new Float32Array(4), shape })],
  ['weighted', (weights) => data.weighted({ weights })],
  ['metrics of evaluate', (list) => trainer.evaluate(set, { metrics: list })],
  ['metrics of fit', (list) => trainer.fit(set, { epochs: 1, validation: set, metrics: list })],
  ['callbacks', (list) => trainer.fit(set, { epochs: 1, callbacks: list })],
  [
    'requires',
    (requires) =>
      trainer.fit(set, { epochs: 1, callbacks: [{ name: 'a', requires, end: train }] as never }),
  ],
  ['members', (members) => new ensemble.Ensemble({ ...options, members } as never)],
  [
    'weights',
    (weights) => new ensemble.Ensemble({ members: [member], loss: 'softmaxCrossEntropy', weights }),
  ],
  ['seeds', (seeds) => ensemble.seeds(options, { seeds, train })],
  ['files', (files) => ensemble.fromFiles(model, files)],
  ['sizes', (sizes) => tune.adviseBatchSize(options, set, { sizes })],
  ['series', (series) => chart.lines({ ...labels, series })],
  ['predictions', (list) => void confusion.add(list, Int32Array.of(0))],
  ['labels', (list) => void confusion.add(Int32Array.of(0), list)],
  ['tensors', (tensors) => io.writeSafetensors(`${folder}/a`, tensors)],
  [
    'extents',
    (shape) =>
      io.writeSafetensors(`${folder}/a`, [
        { name: 'a', dtype: 'U8', shape, data: new Uint8Array(1) },
      ]),
  ],
  ['minimize', (start) => optim.minimize(() => 0, start)],
  ['smoothed values', (values) => average.exponential(values, { beta: 0.9 })],
];

describe.each(takesList)('%s', (_, call) => {
  it.each(lists)('given %s', async (__, make) => {
    const { name, code } = await failure(() => call(make()));
    expect([name, typeof code]).toEqual(['ThalwegError', 'string']);
  });
});

describe('a revoked proxy', () => {
  const objects: readonly (readonly [string, (value: never) => unknown])[] = [
    ['as a rate', (learningRate) => optim.adam({ learningRate })],
    ['as a schedule', (value) => schedule.valueAt(value, 1)],
    ['as a position', (position) => schedule.valueAt(1, position)],
    ['as an optimizer', (optimizer) => new Trainer({ ...options, optimizer })],
    ['as a model', (given) => new Trainer({ ...options, model: given })],
    ['as a method', (method) => optim.minimize(() => 0, [1], method)],
    ['as an average', (given) => new Trainer({ ...options, average: given })],
    ['as a layer', (layer) => nn.sequential({ input: [2] }, layer)],
    ['as a data set', (dataset) => trainer.evaluate(dataset)],
    ['as a signal', (signal) => trainer.fit(set, { epochs: 1, signal })],
    ['as a callback', (callback) => trainer.fit(set, { epochs: 1, callbacks: [callback] })],
    ['as inputs', (inputs) => trainer.predict(inputs)],
    ['as a stream', (stream) => progress({ stream })],
    ['as a trainer', (given) => ensemble.member(given, { name: 'a' })],
    ['as what is tuned', (subject) => tune.findLearningRate(subject, set)],
    ['as a tensor', (tensor) => io.writeSafetensors(`${folder}/a`, [tensor])],
    ['as metadata', (metadata) => io.writeSafetensors(`${folder}/a`, [], metadata)],
    ['as parameters', (parameters) => optim.bind(optim.sgd(), parameters)],
    ['as gradients', (given) => optim.bind(optim.sgd(), { w: new Float32Array(1) }).step(given)],
  ];
  it.each(objects)('%s is TYPE', async (_, call) => {
    expect((await failure(() => call(revoked({})))).code).toBe('TYPE');
  });
});

describe('a value that is no data set, trainer, model or object', () => {
  const wrong = [undefined, null, 5, {}, []] as never[];
  const calls: readonly (readonly [string, (value: never) => unknown])[] = [
    ['findLearningRate', (value) => tune.findLearningRate(options, value)],
    ['adviseBatchSize', (value) => tune.adviseBatchSize(options, value)],
    ['sanityCheck', (value) => tune.sanityCheck(options, value)],
    ['member', (value) => ensemble.member(value, { name: 'a' })],
    ['fromFiles', (value) => ensemble.fromFiles(value, [])],
  ];
  it.each(calls)('is TYPE for %s', async (_, call) => {
    for (const value of wrong) expect((await failure(() => call(value))).code).toBe('TYPE');
  });

  it.each<[string, () => unknown]>([
    ['a subject', () => tune.findLearningRate(undefined as never, set)],
    ['parameters', () => void trainer.setParameters(undefined as never)],
    ['a member', () => new ensemble.Ensemble({ members: [null], loss: 'huber' } as never)],
  ])('is TYPE for %s', async (_, call) => {
    expect((await failure(call)).code).toBe('TYPE');
  });
});

describe('a schedule made by hand', () => {
  const hand = (value: object): schedule.Schedule => value as schedule.Schedule;
  it('is checked where it is evaluated', async () => {
    const at = (value: object): Promise<ThalwegError> =>
      failure(() => schedule.valueAt(hand(value), 1));
    expect((await at({ kind: 'cosine', initial: 1n, steps: 5 })).code).toBe('TYPE');
    expect((await at({ kind: 'cosine', initial: 1, steps: -1 })).code).toBe('RANGE');
    expect((await at({ kind: 'cosines' })).code).toBe('TYPE');
    let deep: object = schedule.constant(1);
    for (let i = 0; i < 20_000; i++) deep = { kind: 'scale', schedule: deep, factor: 1 };
    expect((await at(deep)).code).toBe('DEPTH');
  });

  it('gives what the function would', () => {
    const made = schedule.cosine({ initial: 1, steps: 10 });
    const copy = JSON.parse(JSON.stringify(made)) as schedule.Schedule;
    expect(schedule.valueAt(copy, 3)).toBe(schedule.valueAt(made, 3));
  });
});

describe('seeds', () => {
  it.each([
    [[1, Symbol('a')], 'SEED'],
    [[1, -1], 'SEED'],
    [[1, 1n], 'DUPLICATE'],
    [[], 'RANGE'],
  ])('%o train nothing', async (seeds, code) => {
    let trained = 0;
    const body = () => ensemble.seeds(options, { seeds: seeds as never, train: () => trained++ });
    expect([(await failure(body)).code, trained]).toEqual([code, 0]);
  });
});

describe('labels of a metric', () => {
  it.each([Symbol('a'), [[[1]]], null, 1n])('%o are TYPE', async (label) => {
    const { code } = await failure(() => void confusion.add([0], [label] as never));
    expect(code).toBe('TYPE');
  });
});

it('a chart of no text, or of odd values, is TYPE', async () => {
  const series = [{ name: 'a', values: [1, 2] }];
  for (const wrong of [
    { series },
    { ...labels, series: [{ values: [1] }] },
    { ...labels, series: [{ name: 'a', values: [1n] }] },
  ])
    expect((await failure(() => chart.lines(wrong as never))).code).toBe('TYPE');
});

it('a stream whose width is no number is 80 wide', async () => {
  for (const columns of [1n, Symbol('a'), 'wide', -5, NaN]) {
    const stream = { write: (): boolean => true, isTTY: true, columns } as never;
    await trainer.fit(set, { epochs: 1, callbacks: [callbacks.progress({ stream })] });
  }
});

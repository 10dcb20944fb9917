/**
 * A trainer reads a data set through native/data/dataset.h alone. It trains on the lab's records to the same
 * bits, and with the same words, as on arrays in memory.
 */
import { hasCuda } from '../oracle/cuda.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, type TrainerOptions, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { lab } from '../lab.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

// Addons do not share handles, so all that takes the handle of a data set is the lab's here.
const shipped = { ...native };
beforeAll(() => {
  const { gather, Dataset, Fingerprint, Order, Sampling, Snapshot, Trainer } = lab;
  Object.assign(native, { gather, Dataset, Fingerprint, Order, Sampling, Snapshot, Trainer });
});
afterAll(() => {
  Object.assign(native, shipped);
});
afterEach(() => {
  delete process.env['THALWEG_RESIDENT_BYTES'];
});

const rows = 203;
const features = 37;

/** Calls `body` with what makes data sets in memory, then with what makes records; gives both results. */
async function withBoth<T>(body: (from: typeof data.fromArrays) => Promise<T>): Promise<[T, T]> {
  const using = (kind: typeof lab.Dataset) => (options: Parameters<typeof data.fromArrays>[0]) => {
    native.Dataset = kind;
    const set = data.fromArrays(options);
    expect(data.Dataset.handle(set, 'set')).toBeInstanceOf(kind);
    return set;
  };
  return [await body(using(lab.Dataset)), await body(using(lab.RecordDataset))];
}

const inputs = floats(generator(1), rows * features);
const bytes = Uint8Array.from(inputs, (value) => value);
const classes = Int32Array.from({ length: rows }, (_, i) => (i * i) % 3);
const values = floats(generator(2), rows * 3);
const kinds: Record<string, [data.FromArraysOptions, Partial<TrainerOptions>]> = {
  'floats with classes': [{ inputs, shape: [rows, features], labels: classes }, {}],
  'bytes with values': [
    { inputs: bytes, shape: [rows, features], labels: values, scale: 1 / 255, offset: -0.5 },
    { loss: 'meanSquaredError' },
  ],
};

function make(options: Partial<TrainerOptions>): Trainer {
  return new Trainer({
    model: nn.sequential({ input: [features] }, nn.dense(9, { activation: 'tanh' }), nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    seed: 4,
    ...options,
  });
}

function fingerprint(set: data.Dataset): string {
  const hash = new native.Fingerprint(data.Dataset.handle(set, 'set'));
  for (;;) {
    const found = hash.next();
    if (found !== undefined) return found;
  }
}

/** Trains, evaluates, and takes gradients. */
async function use(set: data.Dataset, options: Partial<TrainerOptions>) {
  using trainer = make(options);
  const { epochs } = await trainer.fit(set, { epochs: 2, batchSize: 60, validation: set });
  return {
    losses: epochs.map(({ loss, validation }) => [loss, validation]),
    gradients: trainer.gradients(set, Uint32Array.of(7, 200, 7)),
    parameters: trainer.parameters(),
  };
}

/** Devices, with the bytes that data sets may take on them where these are limited. */
const onHost: [DeviceName, string | undefined][] = [
  ['reference', undefined],
  ['cpu:baseline', undefined],
];
const onGpu: [DeviceName, string | undefined][] = [
  ['cuda', undefined],
  ['cuda', '1000'],
];
const devices = hasCuda ? [...onHost, ...onGpu] : onHost;

describe.each(Object.entries(kinds))('%s', (_, [options, others]) => {
  it.each(devices)(
    'train to the same bits on %s (resident bytes: %s)',
    async (device, resident) => {
      if (resident !== undefined) process.env['THALWEG_RESIDENT_BYTES'] = resident;
      const [memory, records] = await withBoth((from) => use(from(options), { ...others, device }));
      expect(records).toEqual(memory);
    },
  );

  it('give the same batches, with padding', async () => {
    const indices = Uint32Array.of(202, rows, 0, 0, 3);
    const [memory, records] = await withBoth((from) =>
      Promise.resolve(data.gather(from(options), indices)),
    );
    expect(records).toEqual(memory);
  });

  it('have the same fingerprint', async () => {
    const [memory, records] = await withBoth((from) => Promise.resolve(fingerprint(from(options))));
    expect(records).toBe(memory);
  });
});

describe('records are refused with the words for arrays:', () => {
  const changed = <T extends Float32Array | Int32Array | Uint8Array>(
    from: T,
    at: number,
    value: number,
  ) => {
    const copy = from.slice() as T;
    copy[at] = value;
    return copy;
  };
  const distributions = Float32Array.from({ length: rows * 3 }, (_, i) => (i % 3 === 0 ? 1 : 0));
  const shape = [rows, features];
  const words = nn.sequential({ input: [features] }, nn.embedding(9, 2), nn.flatten(), nn.dense(3));
  const indices = bytes.map((value) => value % 9);
  it.each<[string, data.FromArraysOptions, Partial<TrainerOptions>]>([
    ['a class', { inputs, shape, labels: changed(classes, 190, 3) }, {}],
    ['a distribution', { inputs, shape, labels: changed(distributions, 599, 0.5) }, {}],
    ['a number', { inputs: changed(inputs, 4000, NaN), shape, labels: classes }, {}],
    ['a value', { inputs, shape, labels: changed(values, 300, NaN) }, { loss: 'meanSquaredError' }],
    ['an index', { inputs: changed(indices, 5000, 9), shape, labels: classes }, { model: words }],
    [
      'a float index',
      { inputs: changed(Float32Array.from(indices), 7, 0.5), shape, labels: classes },
      { model: words },
    ],
  ])('%s', async (_, options, others) => {
    const [memory, records] = await withBoth(async (from) => {
      using trainer = make(others);
      const error = await failure(() => trainer.fit(from(options), { epochs: 1, batchSize: 50 }));
      return error.message;
    });
    expect(records).toBe(memory);
    expect(memory).toMatch(/row/);
  });

  it('strata come from their labels', async () => {
    const [memory, records] = await withBoth(async (from) => {
      const set = from({ inputs, shape: [rows, features], labels: classes });
      using trainer = make({});
      await trainer.fit(set, {
        epochs: 1,
        batchSize: 50,
        sampling: data.stratified({ labels: set }),
      });
      return trainer.parameters();
    });
    expect(records).toEqual(memory);
  });
});

/** A predictor computes what its trainer computes, for any number of calls at once. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Predictor, Trainer, average, data, nn } from '../../src/index.js';
import { checkPredictor } from '../../src/model/predictor-options.js';
import { Predictor as PredictorOf } from '../../src/model/predictor.js';
import { newFolder } from '../new-folder.js';
import { isAvailable } from '../oracle/devices.js';
import { generator } from '../oracle/random.js';
import { inputsFor, randomNetwork, randomWeights } from './networks.js';
import { inputsOf, trained } from './trained.js';
import { loss, mirror, optimizer } from './pairs.js';

const classes = ['cat', 'dog', 'bird'];

/** Returns a predictor and a trainer of one model with the same random weights. */
async function pair(random: () => number, network: nn.Sequential, device: 'cpu' | 'reference') {
  const trainer = new Trainer({ model: network, loss, optimizer, device });
  const arrays = randomWeights(random, network);
  trainer.setParameters(
    Object.fromEntries(network.parameters.map(({ name }) => [name, arrays[name]!])),
  );
  trainer.setStatistics(
    Object.fromEntries(network.statistics.map(({ name }) => [name, arrays[name]!])),
  );
  return { trainer, predictor: await trainer.predictor({ device }) };
}

describe('the outputs of a predictor', () => {
  it.each(['cpu', 'cpu:baseline', 'cpu:avx2', 'reference', 'cuda'] as const)(
    'have the bits of the trainer, on %s',
    async (device) => {
      if (!isAvailable(device)) return;
      const random = generator(7);
      for (let i = 0; i < (device === 'cpu' ? 120 : 12); i++) {
        const network = randomNetwork(random);
        const { trainer, predictor } = await pair(random, network, device as 'cpu');
        const inputs = inputsFor(random, network, 5);
        const wanted = await trainer.predict(inputs, { batchSize: 3 });
        expect(await predictor.predict(inputs)).toEqual(wanted);
        const features = inputs.length / 5;
        const row = predictor.predictSync(inputs.subarray(features, 2 * features));
        expect(row).toEqual(wanted.slice(row.length, 2 * row.length));
        predictor.dispose();
        trainer.dispose();
      }
    },
  );

  it('are those of a file', async () => {
    using trainer = await trained();
    const file = join(newFolder(), 'm.thalweg');
    await trainer.saveModel(file, { classes, weights: 'averaged' });
    using predictor = await Predictor.load(file, { device: 'cpu:baseline' });
    expect(predictor.classes).toEqual(classes);
    expect(predictor.outputKind).toBe('classes');
    const wanted = await trainer.predict(inputsOf(9), { weights: 'averaged' });
    expect(await predictor.predict(inputsOf(9))).toEqual(wanted);
  });

  it('stay the same while the trainer goes on, and come during its run', async () => {
    using trainer = await trained();
    using predictor = await trainer.predictor();
    const wanted = await predictor.predict(inputsOf(4));
    const labels = Int32Array.from({ length: 240 }, (_, i) => i % 3);
    using dataset = data.fromArrays({ inputs: inputsOf(240), shape: [240, 4, 4, 2], labels });
    let hasEnded = false;
    const run = trainer.fit(dataset, { epochs: 200, batchSize: 8 });
    const end = run.then(() => (hasEnded = true));
    for (let i = 0; i < 20; i++) expect(await predictor.predict(inputsOf(4))).toEqual(wanted);
    expect(hasEnded).toBe(false);
    await end;
    expect(await predictor.predict(inputsOf(4))).toEqual(wanted);
    expect(await trainer.predict(inputsOf(4))).not.toEqual(wanted);
  });

  it('come without averaged weights only where there are none', async () => {
    const plain = nn.sequential({ input: [2] }, nn.dense(1));
    using trainer = new Trainer({ model: plain, loss, optimizer, average: average.ema() });
    const averaged = trainer.predictor({ weights: 'averaged' });
    await expect(averaged).rejects.toMatchObject({ code: 'MISSING' });
  });
});

describe('probabilities and classes', () => {
  it('are the softmax of logits', async () => {
    using predictor = mirror('softmaxCrossEntropy', {}, ['a', 'b']);
    const [a, b, c, d] = await predictor.probabilities([
      [1, 3],
      [100, -100],
    ]);
    expect([a, b, c, d]).toEqual([
      expect.closeTo(1 / (1 + Math.exp(2)), 6),
      expect.closeTo(1 / (1 + Math.exp(-2)), 6),
      1,
      0,
    ]);
    const [first, second] = await predictor.classify([1, 3, 100, -100], { top: 2 });
    expect(first).toMatchObject({ label: 'b', index: 1, probability: b });
    expect(first!.top).toEqual([
      { label: 'b', index: 1, probability: b },
      { label: 'a', index: 0, probability: a },
    ]);
    expect(second).toMatchObject({ label: 'a', index: 0 });
    expect(predictor.classifySync([1, 3]).label).toBe('b');
    expect(predictor.probabilitiesSync([1, 3])).toEqual(Float32Array.of(a!, b!));
  });

  it('are the logistic function of each label, and a lower index wins a tie', async () => {
    using predictor = mirror('sigmoidCrossEntropy');
    const [row] = await predictor.classify([0.5, 0.5], { top: 2 });
    expect(row!.top.map(({ label }) => label)).toEqual(['0', '1']);
    expect(row!.probability).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 6);
  });

  it('tell 0 from 1 where there is one label', async () => {
    const one = nn.sequential({ input: [1] }, nn.flatten());
    const loss = { kind: 'sigmoidCrossEntropy', delta: 1 } as const;
    const from = { model: one, loss, classes: ['no', 'yes'], arrays: {} };
    using predictor = new PredictorOf(from, checkPredictor({}));
    const rows = await predictor.classify([[-1], [2]], { top: 2 });
    expect(rows.map(({ label }) => label)).toEqual(['no', 'yes']);
    expect(rows[0]!.probability).toBeCloseTo(1 - 1 / (1 + Math.E), 6);
    expect(rows[0]!.top[1]!.label).toBe('yes');
  });

  it('are refused for a model of values', async () => {
    using predictor = mirror('huber');
    const error = { code: 'MISMATCH' };
    await expect(predictor.probabilities([1, 2])).rejects.toMatchObject(error);
    await expect(predictor.classify([1, 2])).rejects.toMatchObject(error);
    expect(() => predictor.classifySync([1, 2])).toThrow(expect.objectContaining(error));
    expect(predictor.predictSync([1, 2])).toEqual(Float32Array.of(1, 2));
  });

  it.each([0, 3, 1.5, '1'])('refuse top: %s of two classes', async (top) => {
    using predictor = mirror('softmaxCrossEntropy');
    const call = predictor.classify([1, 2], { top: top as number });
    await expect(call).rejects.toMatchObject({ path: 'classify.top' });
  });
});

describe('rows', () => {
  const scaling = { scale: 1 / 255, offset: -0.1 };

  it('may be packed, nested, bytes or a data set', async () => {
    using predictor = mirror('huber', { bytes: scaling });
    const packed = Float32Array.of(1, 2, 3, 4);
    expect(await predictor.predict(packed)).toEqual(packed);
    expect(await predictor.predict([1, 2, 3, 4])).toEqual(packed);
    const nested = [
      [1, 2],
      [3, 4],
    ];
    expect(await predictor.predict(nested)).toEqual(packed);
    expect(await predictor.predict([[[1], [2]]])).toEqual(packed.slice(0, 2));
    const inputs = Uint8Array.from({ length: 256 }, (_, i) => i);
    using dataset = data.fromArrays({ inputs, shape: [128, 2], ...scaling });
    const wanted = data.gather(
      dataset,
      Uint32Array.from({ length: 128 }, (_, i) => i),
    ).inputs;
    expect(await predictor.predict(inputs)).toEqual(wanted);
    expect(await predictor.predict(dataset)).toEqual(wanted);
  });

  it('come a batch at a time from a data set', async () => {
    using predictor = mirror('huber', { batchSize: 7 });
    const inputs = Float32Array.from({ length: 2 * 5000 }, (_, i) => i);
    using dataset = data.fromArrays({ inputs, shape: [5000, 2] });
    const before = predictor.memory;
    expect(await predictor.predict(dataset)).toEqual(inputs);
    expect(predictor.memory - before).toBeLessThan(4 * 2 * 5000);
  });

  const circle: unknown[] = [];
  circle.push(circle, circle);
  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, 'TYPE'],
    ['a number', 3, 'TYPE'],
    ['a text', '12', 'TYPE'],
    ['no row', [], 'SHAPE'],
    ['no packed row', new Float32Array(0), 'SHAPE'],
    ['half a row', [1, 2, 3], 'SHAPE'],
    ['half a packed row', Float32Array.of(1), 'SHAPE'],
    ['half a row of bytes', Uint8Array.of(1), 'SHAPE'],
    ['doubles', Float64Array.of(1, 2), 'DTYPE'],
    ['a list that contains itself', circle, 'RANK'],
    ['a ragged list', [[1, 2], [3]], 'SHAPE'],
    ['rows of another length', [[1, 2, 3]], 'SHAPE'],
    ['a text among numbers', [1, '2'], 'TYPE'],
    ['a list among numbers', [1, [2]], 'TYPE'],
    ['a hole', [1, , 2, 3], 'TYPE'], // eslint-disable-line no-sparse-arrays
    ['null', null, 'TYPE'],
    ['a revoked proxy', revoked(), 'TYPE'],
    ['too many numbers', endless(), 'OVERFLOW'],
  ];

  function revoked(): unknown {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  }

  /** Returns lists of ten of the same list, nine deep. */
  function endless(): unknown {
    let list: unknown = [1, 2];
    for (let depth = 0; depth < 9; depth++) list = new Array<unknown>(10).fill(list);
    return [list];
  }

  it.each(wrong)('%s is refused', async (name, inputs, code) => {
    using predictor = mirror('huber');
    const given = inputs as number[];
    const expected = name === 'too many numbers' ? /OVERFLOW|SHAPE/ : new RegExp(`^${code}$`);
    const error = await predictor.predict(given).catch((each: unknown) => each);
    expect((error as { code: string }).code).toMatch(expected);
    expect(() => predictor.predictSync(given)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(expected) as string }),
    );
  });

  it('are refused by the synchronous form where there are several', () => {
    using predictor = mirror('huber');
    expect(() => predictor.predictSync([1, 2, 3, 4])).toThrow(/await predict/);
  });

  it('are refused where a column stands for a row', async () => {
    const rows = [[1], [2], [3], [4]];
    for (const [input, code] of [
      [[4], 'SHAPE'],
      [[2, 2], 'SHAPE'],
      [[4, 1], undefined],
    ] as const) {
      const network = nn.sequential({ input }, nn.flatten(), nn.dense(1));
      using trainer = new Trainer({ model: network, loss: 'meanSquaredError', optimizer });
      using predictor = await trainer.predictor();
      const made = predictor.predict(rows);
      if (code === undefined) expect(await made).toHaveLength(1);
      else await expect(made).rejects.toMatchObject({ code, path: 'inputs' });
    }
  });

  it('are refused where a data set has another width', async () => {
    using predictor = mirror('huber');
    using dataset = data.fromArrays({ inputs: new Float32Array(3), shape: [1, 3] });
    await expect(predictor.predict(dataset)).rejects.toMatchObject({ code: 'SHAPE' });
  });

  it('are copied before the call returns', async () => {
    using predictor = mirror('huber');
    const inputs = Float32Array.of(1, 2);
    const outputs = predictor.predict(inputs);
    inputs.fill(9);
    expect(await outputs).toEqual(Float32Array.of(1, 2));
  });
});

it.each([
  ['an unknown option', { batch: 3 }, 'UNKNOWN_OPTION'],
  ['no row at once', { batchSize: 0 }, 'RANGE'],
  ['a negative wait', { maxWait: -1 }, 'RANGE'],
  ['an endless wait', { maxWait: Infinity }, 'RANGE'],
  ['another device', { device: 'tpu' }, 'NO_DEVICE'],
  ['an unknown scaling', { bytes: { factor: 2 } }, 'UNKNOWN_OPTION'],
  ['a scaling that is a text', { bytes: { scale: '2' } }, 'TYPE'],
  ['too many names', { classes: ['a'] }, 'SHAPE'],
])('a predictor refuses %s', async (_, options, code) => {
  using trainer = await trained();
  await expect(trainer.predictor(options as object)).rejects.toMatchObject({ code });
});

/** Weights go with their rows through views, batches, devices and checkpoints. */
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, type TrainerOptions, data, ensemble, loss, nn, optim } from '../../src/index.js';
import { identify } from '../../src/checkpoint/resumed.js';
import { hasCuda } from '../oracle/cuda.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

afterEach(() => {
  delete process.env['THALWEG_RESIDENT_BYTES'];
});

const [rows, features] = [90, 5];
const random = generator(6);
const inputs = floats(random, rows * features);
const labels = Int32Array.from({ length: rows }, (_, i) => (i % 9 === 0 ? 2 : i % 2));
const weights = Float32Array.from({ length: rows }, (_, i) => i % 4);
const plain = data.fromArrays({ inputs, shape: [rows, features], labels });
const weighted = plain.withWeights({ examples: weights });

function make(options: Partial<TrainerOptions> = {}): Trainer {
  return new Trainer({
    model: nn.sequential({ input: [features] }, nn.dense(7, { activation: 'tanh' }), nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.sgd(),
    seed: 4,
    device: 'cpu',
    ...options,
  });
}

const devices: [DeviceName, string | undefined][] = [
  ['reference', undefined],
  ['cpu', undefined],
  ...(hasCuda ? ([['cuda', undefined], ['cuda', '1000']] as [DeviceName, string][]) : []), // prettier-ignore
];

describe.each(devices)('weights on %s (resident: %s)', (device, resident) => {
  it('give the gradients of repeated rows, divided by the rows that there are', () => {
    if (resident !== undefined) process.env['THALWEG_RESIDENT_BYTES'] = resident;
    using trainer = make({ device });
    const all = Uint32Array.from({ length: rows }, (_, i) => i);
    const repeated = all.reduce<number[]>(
      (list, row) => [...list, ...new Array<number>(weights[row]!).fill(row)],
      [],
    );
    const ours = trainer.gradients(weighted, all);
    const theirs = trainer.gradients(plain, Uint32Array.from(repeated));
    const share = repeated.length / rows;
    expect(ours.loss).toBeCloseTo(theirs.loss * share, 6);
    for (const [name, gradient] of Object.entries(ours.gradients))
      gradient.forEach((value, i) => {
        expect(value).toBeCloseTo(theirs.gradients[name]![i]! * share, 5);
      });
  });

  it('stay with their rows in views of weighted rows', async () => {
    if (resident !== undefined) process.env['THALWEG_RESIDENT_BYTES'] = resident;
    const train = async (set: data.Dataset) => {
      using trainer = make({ device });
      const { epochs } = await trainer.fit(set, { epochs: 2, batchSize: 16, validation: set });
      return {
        epochs: epochs.map(({ loss, validation }) => [loss, validation?.loss]),
        parameters: trainer.parameters(),
      };
    };
    const view = weighted.split({ validation: 0.3, stratify: true }).train;
    const of = Float32Array.from(view.sourceRows(), (row) => weights[row]!);
    const copied = plain.select(view.sourceRows()).withWeights({ examples: of });
    const joined = weighted.take(40).concat(weighted.skip(40));
    const first = await train(view);
    expect(await train(copied)).toEqual(first);
    expect(await train(joined)).toEqual(await train(weighted));
    expect(first).not.toEqual(await train(plain.select(view.sourceRows())));
    const ones = new Float32Array(rows).fill(1);
    expect(await train(plain.withWeights({ examples: ones }))).toEqual(await train(plain));
  });
});

describe('weighted data sets', () => {
  it('give the same loss in any batches and parts', async () => {
    using trainer = make();
    const { loss: whole, accuracy } = await trainer.evaluate(weighted, { batchSize: rows });
    const { loss: parts } = await trainer.evaluate(weighted, { batchSize: 7 });
    expect(parts).toBeCloseTo(whole, 6);
    expect(accuracy).toBe((await trainer.evaluate(plain)).accuracy);
    const stepsOf = async (options: { batchSize: number; accumulate?: number }) => {
      using other = make();
      await other.fit(weighted, { epochs: 1, shuffle: false, ...options });
      return other.parameters();
    };
    const [once, accumulated] = [
      await stepsOf({ batchSize: 30 }),
      await stepsOf({ batchSize: 10, accumulate: 3 }),
    ];
    for (const [name, values] of Object.entries(once))
      values.forEach((value, i) => {
        expect(accumulated[name]![i]).toBeCloseTo(value, 5);
      });
    const { value } = await trainer.minimize(weighted, optim.lbfgs(), { iterations: 20 });
    expect((await trainer.evaluate(weighted)).loss).toBeCloseTo(value, 5);
    expect(value).toBeLessThan(whole);
  });

  it('have a fingerprint of their own', async () => {
    const names = await Promise.all(
      [plain, weighted, plain.withWeights({ examples: weights.map((w) => w + 1) })].map(identify),
    );
    expect(new Set(names).size).toBe(3);
    expect(await identify(plain.withWeights({ examples: [...weights] }))).toBe(names[1]);
  });

  it('balance classes as scikit-learn does', () => {
    const all = Uint32Array.from({ length: rows }, (_, i) => i);
    using trainer = make();
    const counts = [0, 1, 2].map((label) => labels.filter((each) => each === label).length);
    const byHand = Float32Array.from(labels, (label) => rows / (3 * counts[label]!));
    const { loss } = trainer.gradients(plain.withWeights({ examples: byHand }), all);
    expect(trainer.gradients(plain.withWeights({ classes: 'balanced' }), all).loss).toBe(loss);
    const only = trainer.gradients(plain.withWeights({ classes: { 2: 0.5 } }), all).loss;
    const listed = trainer.gradients(plain.withWeights({ classes: [1, 1, 0.5] }), all).loss;
    expect(only).toBe(listed);
    expect(plain.withWeights({ classes: 'balanced' })).toMatchObject({
      weighted: true,
      length: rows,
    });
  });

  it('are refused where their weights would be lost', async () => {
    expect(await failure(() => weighted.window({ length: 2 }))).toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect(await failure(() => weighted.concat(plain))).toMatchObject({ code: 'SHAPE' });
    using trainer = make();
    const members = [ensemble.member(trainer, { name: 'one' })];
    using several = new ensemble.Ensemble({ members, loss: 'softmaxCrossEntropy' });
    expect(await failure(() => several.evaluate(weighted))).toMatchObject({ code: 'UNSUPPORTED' });
  });

  const values = data.fromArrays({
    inputs: new Float32Array(4),
    shape: [2, 2],
    labels: new Float32Array(2),
  });
  it.each<[string, () => unknown, string, string]>([
    ['too few', () => plain.withWeights({ examples: [1] }), 'SHAPE', 'withWeights.examples'],
    [
      'a negative one',
      () => values.withWeights({ examples: [1, -1] }),
      'RANGE',
      'withWeights.examples[1]',
    ],
    [
      'NaN',
      () => values.withWeights({ examples: Float32Array.of(NaN, 1) }),
      'RANGE',
      'withWeights.examples[0]',
    ],
    [
      'infinity',
      () => values.withWeights({ examples: Float32Array.of(1, Infinity) }),
      'RANGE',
      'withWeights.examples[1]',
    ],
    [
      'float64',
      () => values.withWeights({ examples: new Float64Array(2) as never }),
      'DTYPE',
      'withWeights.examples',
    ],
    ['neither', () => plain.withWeights({}), 'RANGE', 'withWeights'],
    ['both', () => plain.withWeights({ examples: [], classes: [] }), 'RANGE', 'withWeights'],
    ['no classes', () => values.withWeights({ classes: 'balanced' }), 'SHAPE', 'labels'],
    [
      'a class',
      () => plain.withWeights({ classes: { cat: 1 } as never }),
      'RANGE',
      'withWeights.classes[cat]',
    ],
    [
      'a class weight',
      () => plain.withWeights({ classes: [1, -2] }),
      'RANGE',
      'withWeights.classes[1]',
    ],
    [
      'a word',
      () => plain.withWeights({ classes: 'balance' as never }),
      'TYPE',
      'withWeights.classes',
    ],
  ])('are refused for %s', async (_, body, code, path) => {
    expect(await failure(body)).toMatchObject({ code, path });
  });
});

describe('label smoothing', () => {
  it('is a loss of its own, in trainers and checkpoints', async () => {
    using smooth = make({ loss: loss.softmaxCrossEntropy({ labelSmoothing: 0.1 }) });
    using sharp = make();
    const distributions = Float32Array.from(
      { length: 3 * rows },
      (_, i) => (labels[Math.floor(i / 3)] === i % 3 ? 0.9 : 0) + 0.1 / 3,
    );
    const smoothed = data.fromArrays({ inputs, shape: [rows, features], labels: distributions });
    const { loss: expected } = await sharp.evaluate(smoothed);
    expect((await smooth.evaluate(plain)).loss).toBeCloseTo(expected, 5);
    expect(smooth.toJSON().loss).toEqual({
      kind: 'softmaxCrossEntropy',
      delta: 1,
      labelSmoothing: 0.1,
    });
    expect(sharp.toJSON().loss).toEqual({ kind: 'softmaxCrossEntropy', delta: 1 });
  });

  it.each<[string, () => unknown, string]>([
    ['all of a label', () => loss.softmaxCrossEntropy({ labelSmoothing: 1 }), 'RANGE'],
    ['less than none', () => loss.sigmoidCrossEntropy({ labelSmoothing: -0.1 }), 'RANGE'],
    ['text', () => loss.sigmoidCrossEntropy({ labelSmoothing: '0.1' as never }), 'TYPE'],
    ['another name', () => loss.sigmoidCrossEntropy({ smoothing: 0.1 } as never), 'UNKNOWN_OPTION'],
    ['values', () => make({ loss: { ...loss.huber(), labelSmoothing: 0.1 } }), 'UNSUPPORTED'],
  ])('is refused for %s', async (_, body, code) => {
    expect(await failure(body)).toMatchObject({ code });
  });
});

/** Trials before a run give advice, and leave the trainer as it is. */
import { afterAll, describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim, schedule, tune } from '../../src/index.js';
import { gradientErrors } from '../../src/tune/gradient-check.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, sameBits } from '../oracle/random.js';

const model = nn.sequential(
  { input: [6] },
  nn.dense(24, { activation: 'relu' }),
  nn.dropout(0.5),
  nn.dense(3),
);
type Options = ConstructorParameters<typeof Trainer>[0];
const options: Options = {
  model,
  loss: 'softmaxCrossEntropy',
  optimizer: optim.adam({ learningRate: 0.01, weightDecay: 0.1 }),
  seed: 3,
};

function examples(rows = 300, scale = 1): data.Dataset {
  const random = generator(1);
  const inputs = floats(random, rows * 6).map((value) => value * scale);
  const labels = Int32Array.from({ length: rows }, (_, i) => {
    const row = inputs.subarray(i * 6, i * 6 + 3);
    return row.indexOf(Math.max(...row));
  });
  return data.fromArrays({ inputs, shape: [rows, 6], labels });
}
const train = examples();
afterAll(() => train.dispose());

/** Runs a body on a trained trainer, which must not change. */
async function untouched<T>(body: (trainer: Trainer) => Promise<T>): Promise<T> {
  using trainer = new Trainer(options);
  using other = new Trainer(options);
  for (const each of [trainer, other]) await each.fit(train, { epochs: 1 });
  const result = await body(trainer);
  expect([trainer.steps, trainer.epochs]).toEqual([other.steps, other.epochs]);
  for (const each of [trainer, other]) await each.fit(train, { epochs: 1 });
  const [a, b] = [trainer.parameters(), other.parameters()];
  expect(Object.keys(a).every((name) => sameBits(a[name]!, b[name]!))).toBe(true);
  return result;
}

describe('findLearningRate', () => {
  it('sweeps over more steps than a call takes arguments', async () => {
    using long = data.fromArrays({
      inputs: new Float32Array(150_000),
      shape: [150_000, 1],
      labels: new Float32Array(150_000),
    });
    using trainer = new Trainer({
      model: nn.sequential({ input: [1] }, nn.dense(1)),
      loss: 'meanSquaredError',
      optimizer: optim.sgd(),
      device: 'cpu:baseline',
    });
    const { losses } = await trainer.sweep(long, { batchSize: 1, steps: 150_000 });
    expect(losses).toHaveLength(150_000);
  });

  it('sweeps the rates in equal ratios, and leaves the trainer as it was', async () => {
    const sweep = { minimum: 1e-5, maximum: 1e-2, steps: 60, batchSize: 16 };
    const { curve } = await untouched((trainer) => tune.findLearningRate(trainer, train, sweep));
    expect(curve).toHaveLength(60);
    expect(curve[0]!.learningRate).toBe(1e-5);
    expect(curve[59]!.learningRate).toBeCloseTo(1e-2, 12);
    for (const [i, { learningRate }] of curve.slice(1).entries())
      expect(learningRate / curve[i]!.learningRate).toBeCloseTo(1000 ** (1 / 59), 9);
  });

  it('takes the steps that fit takes', async () => {
    const rateAt = (step: number): number => 1e-5 * 1000 ** (step / 59);
    const optimizer = optim.adam({ learningRate: rateAt, weightDecay: 0.1 });
    const sweep = { minimum: 1e-5, maximum: 1e-2, steps: 60, batchSize: 30 };
    const { curve } = await tune.findLearningRate(options, train, sweep);
    using trainer = new Trainer({ ...options, optimizer });
    const { epochs } = await trainer.fit(train, { epochs: 6, batchSize: 30 });
    const losses = epochs.map((_, i) => curve.slice(i * 10, i * 10 + 10));
    for (const [i, { loss }] of epochs.entries())
      expect(losses[i]!.reduce((sum, point) => sum + point.loss, 0) / 10).toBeCloseTo(loss, 9);
  });

  it('suggests a rate that learns, and ends where the loss diverges', async () => {
    const sgd: Options = { ...options, optimizer: optim.sgd() };
    const found = await tune.findLearningRate(sgd, train, { maximum: 1e6, steps: 300 });
    expect(found.curve.length).toBeLessThan(300);
    expect(found.curve.every(({ loss }) => loss <= 10 * found.curve[0]!.loss)).toBe(true);
    const { suggestion, steepest } = found;
    expect(suggestion).toBeGreaterThan(1e-3);
    expect(suggestion).toBeLessThan(10);
    expect(steepest).toBeLessThan(10 * suggestion!);
    using trainer = new Trainer({
      ...sgd,
      optimizer: optim.sgd({ learningRate: suggestion! }),
    });
    const { epochs } = await trainer.fit(train, { epochs: 20 });
    expect(epochs[19]!.loss).toBeLessThan(0.8 * epochs[0]!.loss);
  });

  it('suggests none where none helps', async () => {
    using constant = data.fromArrays({
      inputs: new Float32Array(60),
      shape: [10, 6],
      labels: Int32Array.from({ length: 10 }, (_, i) => i % 2),
    });
    const bare = nn.sequential({ input: [6] }, nn.dense(2, { useBias: false }));
    const found = await tune.findLearningRate({ ...options, model: bare }, constant);
    expect([found.suggestion, found.steepest]).toEqual([undefined, undefined]);
  });

  it.each([
    ['minimum', { minimum: 0 }, 'RANGE'],
    ['maximum', { minimum: 1, maximum: 1 }, 'RANGE'],
    ['steps', { steps: 9 }, 'RANGE'],
    ['batchSize', { batchSize: 0 }, 'RANGE'],
    ['beta', { beta: 1 }, 'RANGE'],
    ['option', { batch: 1 }, 'UNKNOWN_OPTION'],
  ])('refuses a wrong %s', async (_, wrong, code) => {
    const error = await failure(() => tune.findLearningRate(options, train, wrong as never));
    expect(error.code).toBe(code);
  });
});

describe('adviseBatchSize', () => {
  it('measures each size, and leaves the trainer as it was', async () => {
    const sizes = [8, 64, 300];
    const { rows, batchSize, table } = await untouched((trainer) =>
      tune.adviseBatchSize(trainer, train, { sizes, seconds: 0.05 }),
    );
    expect(rows.map((row) => row.batchSize)).toEqual(sizes);
    const fastest = Math.max(...rows.map((row) => row.examplesPerSecond));
    for (const row of rows) {
      expect(row.stepMilliseconds).toBeGreaterThan(0);
      expect(row.examplesPerSecond * row.stepMilliseconds).toBeCloseTo(row.batchSize * 1000, 3);
    }
    const bytes = rows.map((row) => row.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(bytes[2]).toBeGreaterThan(bytes[0]!);
    const fast = rows.filter((row) => row.examplesPerSecond >= 0.9 * fastest);
    expect(batchSize).toBe(fast[0]!.batchSize);
    expect(table.split('\n')).toHaveLength(4);
    expect(table).toMatch(new RegExp(`^ *${batchSize} \\*`, 'm'));
  });

  it('keeps within the memory it is given', async () => {
    const sizes = [8, 300];
    const all = await tune.adviseBatchSize(options, train, { sizes, seconds: 0.01 });
    const memoryLimit = all.rows[0]!.bytes;
    const advice = await tune.adviseBatchSize(options, train, {
      sizes,
      seconds: 0.01,
      memoryLimit,
    });
    expect(advice.batchSize).toBe(8);
    const { code, path } = await failure(() =>
      tune.adviseBatchSize(options, train, { sizes, seconds: 0.01, memoryLimit: 1 }),
    );
    expect([code, path]).toEqual(['MEMORY', 'adviseBatchSize.memoryLimit']);
  });

  it.each([
    ['list', { sizes: [] }, 'TYPE'],
    ['size', { sizes: [64, 301] }, 'RANGE'],
    ['time', { seconds: 0 }, 'RANGE'],
    ['option', { size: [64] }, 'UNKNOWN_OPTION'],
  ])('refuses a wrong %s', async (_, wrong, code) => {
    const error = await failure(() => tune.adviseBatchSize(options, train, wrong as never));
    expect(error.code).toBe(code);
  });
});

describe('sanityCheck', () => {
  const failed = ({ checks }: tune.SanityReport): string[] =>
    checks.filter(({ passed }) => !passed).map(({ name }) => name);
  const few = { rows: 64, overfit: 10, steps: 300 };

  it('passes what is sane, and leaves the trainer as it was', async () => {
    const report = await untouched((trainer) => tune.sanityCheck(trainer, train, few));
    expect(report.checks.map(({ name }) => name)).toEqual([
      'inputs',
      'chanceLoss',
      'overfit',
      'gradients',
    ]);
    expect(failed(report)).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.checks.every(({ remedy }) => remedy === '')).toBe(true);
  });

  it.each(['meanSquaredError', 'huber', 'sigmoidCrossEntropy'] as const)(
    'passes a sane %s, also with soft labels',
    async (loss) => {
      const random = generator(2);
      const labels = Float32Array.from({ length: 300 }, () =>
        loss === 'sigmoidCrossEntropy' ? random() : 4 * random() - 2,
      );
      using values = data.fromArrays({ inputs: floats(random, 600), shape: [100, 6], labels });
      expect(failed(await tune.sanityCheck({ ...options, loss }, values, few))).toEqual([]);
    },
  );

  it('finds inputs of a wild size, and a loss above chance', async () => {
    using wild = examples(100, 1e4);
    const report = await tune.sanityCheck(options, wild, few);
    expect(failed(report)).toEqual(expect.arrayContaining(['inputs', 'chanceLoss']));
    const [inputs, chance] = report.checks;
    expect(inputs!.remedy).toContain('scale');
    expect(chance!.measured).toBeGreaterThan(100);
    expect(chance!.message).toContain('guessing gives 1.10');
  });

  it('finds labels that contradict each other, and rates that do not learn', async () => {
    using contradictory = data.fromArrays({
      inputs: new Float32Array(600).fill(1),
      shape: [100, 6],
      labels: Int32Array.from({ length: 100 }, (_, i) => i % 3),
    });
    expect(failed(await tune.sanityCheck(options, contradictory, few))).toEqual(['overfit']);
    const idle: Options = { ...options, optimizer: optim.sgd({ learningRate: 1e-9 }) };
    const report = await tune.sanityCheck(idle, train, few);
    expect(failed(report)).toEqual(['overfit']);
    expect(report.checks[2]!.remedy).toContain('findLearningRate');
  });

  it('takes the highest rate of a warm-up', async () => {
    const into = schedule.constant(0.01);
    const learningRate = schedule.warmup({ steps: 500, into });
    const slow: Options = { ...options, optimizer: optim.adam({ learningRate }) };
    expect(failed(await tune.sanityCheck(slow, train, few))).toEqual([]);
  });

  it('finds gradients that are wrong', () => {
    using trainer = new Trainer(options);
    const rows = Uint32Array.from({ length: 50 }, (_, i) => i);
    const right = gradientErrors(trainer, train, rows);
    expect(right.map(({ name }) => name)).toEqual(model.parameters.map(({ name }) => name));
    expect(Math.max(...right.map(({ error }) => error))).toBeLessThan(0.01);
    const wrong = Object.create(trainer, {
      parameters: { value: () => trainer.parameters() },
      setParameters: { value: (weights: never) => trainer.setParameters(weights) },
      gradients: {
        value: (...given: Parameters<Trainer['gradients']>) => {
          const { loss, gradients } = trainer.gradients(...given);
          const twisted = gradients['dense1.weight']!.map((value, i) => (i % 5 ? value : -value));
          return { loss, gradients: { ...gradients, 'dense1.weight': twisted } };
        },
      },
    }) as Trainer;
    const found = gradientErrors(wrong, train, rows);
    expect(found.filter(({ error }) => error > 0.05).map(({ name }) => name)).toEqual([
      'dense1.weight',
    ]);
  });

  it.each([
    ['rows', { rows: 1 }, 'RANGE'],
    ['overfit', { overfit: 0 }, 'RANGE'],
    ['steps', { steps: 1.5 }, 'TYPE'],
    ['option', { row: 1 }, 'UNKNOWN_OPTION'],
  ])('refuses a wrong %s', async (_, wrong, code) => {
    const error = await failure(() => tune.sanityCheck(options, train, wrong as never));
    expect(error.code).toBe(code);
  });
});

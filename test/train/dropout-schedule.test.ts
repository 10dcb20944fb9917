/** The rate of dropout follows a schedule, step by step. */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim, schedule } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, largestError } from '../oracle/random.js';

const set = data.fromArrays({
  inputs: floats(generator(1), 24 * 6),
  shape: [24, 6],
  labels: Int32Array.from({ length: 24 }, (_, i) => i % 3),
});
const modelOf = (first: nn.DropoutLayer['rate'], second: nn.DropoutLayer['rate']) =>
  nn.sequential(
    { input: [6] },
    nn.dropout(first),
    nn.dense(20, { activation: 'relu' }),
    nn.dropout(second),
    nn.dense(3),
  );

async function after(model: nn.Sequential, device: DeviceName, accumulate = 1) {
  using trainer = new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.sgd({ learningRate: 0.1 }),
    device,
    seed: 6,
  } as ConstructorParameters<typeof Trainer>[0]);
  await trainer.fit(set, { epochs: 4, batchSize: 6, accumulate });
  return trainer.parameters();
}

describe.each([
  'reference',
  'cpu:baseline',
  ...(hasCuda ? (['cuda'] as const) : []),
] satisfies DeviceName[])('on %s', (device) => {
  it('a constant schedule and a function are the number', async () => {
    const plain = await after(modelOf(0.2, 0.5), device);
    const constant = modelOf(schedule.constant(0.2), () => 0.5);
    expect(await after(constant, device)).toEqual(plain);
    const copy = modelOf(schedule.constant(0.2), schedule.constant(0.5));
    const read = nn.fromJSON(JSON.parse(JSON.stringify(copy)) as nn.SequentialJson);
    expect(await after(read, device)).toEqual(plain);
    expect(await after(modelOf(0.5, 0.2), device)).not.toEqual(plain);
    expect(await after(constant, device, 2)).toEqual(await after(modelOf(0.2, 0.5), device, 2));
  });

  it('each step has the rate of its own', async () => {
    // Only the third of four steps moves the weights, so its rate alone counts.
    const rates = [0.1, 0.7, 0.3, 0.5];
    const moving = modelOf(0, (step) => rates[step % 4]!);
    using scheduled = new Trainer({
      model: moving,
      loss: 'softmaxCrossEntropy',
      device,
      seed: 6,
      optimizer: optim.sgd({ learningRate: (step) => (step === 2 ? 0.1 : 0) }),
    });
    await scheduled.fit(set, { epochs: 1, batchSize: 6, shuffle: false });
    using third = new Trainer({
      model: modelOf(0, 0.3),
      loss: 'softmaxCrossEntropy',
      device,
      seed: 6,
      optimizer: optim.sgd({ learningRate: (step) => (step === 2 ? 0.1 : 0) }),
    });
    await third.fit(set, { epochs: 1, batchSize: 6, shuffle: false });
    expect(scheduled.parameters()).toEqual(third.parameters());
  });
});

it.skipIf(!hasCuda)('the GPU follows the processor', async () => {
  const model = modelOf(schedule.polynomial({ initial: 0.4, final: 0.1, steps: 16 }), 0.2);
  const [gpu, cpu] = [await after(model, 'cuda'), await after(model, 'cpu:baseline')];
  for (const [name, array] of Object.entries(gpu))
    expect(largestError(array, cpu[name]!, 1)).toBeLessThan(1e-5);
});

it('refuses rates that are none, also where a schedule gives them', async () => {
  expect(await failure(() => nn.dropout(1))).toMatchObject({ code: 'RANGE', path: 'dropout.rate' });
  expect((await failure(() => nn.dropout('0.5' as never))).code).toBe('TYPE');
  const model = modelOf(0, (step) => (step === 5 ? 1 : 0.5));
  expect(await failure(() => after(model, 'cpu'))).toMatchObject({
    code: 'RANGE',
    path: 'dropout2.rate at step 5',
  });
});

describe('gradients as in training', () => {
  const rows = Uint32Array.from({ length: 6 }, (_, i) => i);
  const make = (device: DeviceName, dropout: nn.DropoutLayer['rate']) =>
    new Trainer({
      model: modelOf(0.25, dropout),
      loss: 'softmaxCrossEntropy',
      device,
      seed: 6,
      optimizer: optim.sgd({ learningRate: 0.1 }),
    });
  const devices: DeviceName[] = [
    ...(['reference', 'cpu:baseline'] as const),
    ...(hasCuda ? (['cuda'] as const) : []),
  ];

  it.each(devices)(
    'are those of the next step on %s, with its masks and its rates',
    async (device) => {
      using trainer = make(device, (step) => [0.5, 0.1, 0.9][step]!);
      const six = data.fromArrays({
        inputs: floats(generator(1), 24 * 6).slice(0, 36),
        shape: [6, 6],
        labels: Int32Array.from(rows, (i) => i % 3),
      });
      for (let step = 0; step < 3; step++) {
        const before = trainer.parameters();
        const { loss, gradients } = trainer.gradients(six, rows, { training: true });
        const { epochs } = await trainer.fit(six, { epochs: 1, batchSize: 6, shuffle: false });
        expect(epochs[0]!.loss).toBe(loss);
        for (const [name, after] of Object.entries(trainer.parameters()))
          for (const [i, value] of after.entries())
            expect(value).toBeCloseTo(before[name]![i]! - 0.1 * gradients[name]![i]!, 6);
      }
    },
  );

  it('leave dropout out otherwise, and change from step to step', async () => {
    using trainer = make('cpu', 0.5);
    const plain = () => trainer.gradients(set, rows);
    const training = () => trainer.gradients(set, rows, { training: true });
    expect(training()).toEqual(training());
    expect(training().loss).not.toBe(plain().loss);
    const first = training().loss;
    await trainer.fit(set, { epochs: 1, batchSize: 6 });
    expect(training().loss).not.toBe(first);
  });

  it('refuse a rate that a schedule gives wrongly', async () => {
    using trainer = make('cpu', () => 1);
    expect(await failure(() => trainer.gradients(set, rows, { training: true }))).toMatchObject({
      code: 'RANGE',
      path: 'dropout2.rate at step 0',
    });
    expect(trainer.gradients(set, rows).loss).toBeGreaterThan(0);
  });
});

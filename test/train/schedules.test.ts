/** Schedules work in the trainer and in optim.bind. */
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim, schedule } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const rows = 40;
const train = data.fromArrays({
  inputs: floats(generator(1), rows * 4),
  shape: [rows, 4],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
});
const make = (learningRate: schedule.LearningRate): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [4] }, nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.sgd({ learningRate }),
  });
const fit = { epochs: 6, batchSize: 10 };
const rates = (epochs: readonly { learningRate: number }[]): number[] =>
  epochs.map(({ learningRate }) => learningRate);

describe('fit', () => {
  it('counts epochs over all runs for schedules in epochs', async () => {
    using trainer = make(schedule.stepDecay({ initial: 1, factor: 0.5, every: 2, unit: 'epoch' }));
    const first = await trainer.fit(train, { ...fit, epochs: 3 });
    const second = await trainer.fit(train, { ...fit, epochs: 3 });
    expect(rates([...first.epochs, ...second.epochs])).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(trainer.history).toEqual([...first.epochs, ...second.epochs]);
  });

  it('plateau sees the validation loss of the epochs before, over all runs', async () => {
    // A rate of 0 never improves the loss, so every second epoch is one too many.
    const stuck = schedule.plateau({ initial: 1, factor: 0.5, patience: 1, minimum: 0.1 });
    const learningRate = schedule.scale({ schedule: stuck, factor: 1e-30 });
    using trainer = make(learningRate);
    const options = { ...fit, epochs: 4, validation: train };
    const first = await trainer.fit(train, options);
    const second = await trainer.fit(train, options);
    const expected = [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125].map((rate) => rate * 1e-30);
    expect(rates([...first.epochs, ...second.epochs])).toEqual(expected);
  });

  it('plateau of the training loss needs no validation set', async () => {
    using trainer = make(
      schedule.plateau({ initial: 1e-30, factor: 0.5, patience: 0, metric: 'loss' }),
    );
    const { epochs } = await trainer.fit(train, fit);
    expect(rates(epochs).at(-1)).toBeLessThan(1e-30);
  });

  it('refuses a plateau of what the run does not measure, before the first step', async () => {
    using unvalidated = make(
      schedule.sequence({ at: [5], parts: [1, schedule.plateau({ initial: 1 })] }),
    );
    const error = await failure(() => unvalidated.fit(train, fit));
    expect([error.code, error.path]).toEqual(['MISSING', 'fit.validation']);
    expect(unvalidated.steps).toBe(0);
    using regression = new Trainer({
      model: nn.sequential({ input: [4] }, nn.dense(1)),
      loss: 'meanSquaredError',
      optimizer: optim.sgd({ learningRate: schedule.plateau({ initial: 1, metric: 'accuracy' }) }),
    });
    const targets = data.fromArrays({
      inputs: new Float32Array(8),
      shape: [2, 4],
      labels: new Float32Array(2),
    });
    const other = await failure(() => regression.fit(targets, fit));
    expect([other.code, other.path]).toEqual(['MISSING', 'loss']);
  });

  it('a function sees epochs and history', async () => {
    const seen: (readonly [number, number | undefined, number])[] = [];
    using trainer = make((step, { epoch, history }) => {
      seen.push([step, epoch, history!.length]);
      return 0.1;
    });
    await trainer.fit(train, { ...fit, epochs: 2 });
    expect(seen).toContainEqual([3, 0, 0]);
    expect(seen).toContainEqual([4, 1, 1]);
    expect(
      seen.every(([step, epoch, length]) => epoch === length && Math.floor(step / 4) === epoch),
    ).toBe(true);
  });
});

describe('bind', () => {
  it('takes epochs and history beside the gradients', async () => {
    const weight = Float32Array.of(0);
    const learningRate = schedule.scale({
      schedule: schedule.stepDecay({ initial: 1, factor: 0.5, every: 1, unit: 'epoch' }),
      factor: schedule.plateau({ initial: 1, factor: 0.25, patience: 0, metric: 'loss' }),
    });
    using stepper = optim.bind(optim.sgd({ learningRate }), { weight });
    const gradients = { weight: Float32Array.of(-1) };
    stepper.step(gradients, { epoch: 0, history: [] });
    expect(weight[0]).toBe(1);
    const history = [{ loss: 1 }, { loss: 1 }];
    stepper.step(gradients, { epoch: 2, history });
    expect(weight[0]).toBe(1 + 1 / 16);
    expect((await failure(() => stepper.step(gradients))).code).toBe('MISSING');
    expect(stepper.steps).toBe(2);
    expect(weight[0]).toBe(1 + 1 / 16);
  });
});

describe('batch sizes', () => {
  const stepsOf = async (batchSize: schedule.Scheduled, epochs = 4, last?: 'drop') => {
    using trainer = make(0.1);
    const counts = [0];
    const onEvent = ({ type }: { readonly type: string }): void => {
      if (type === 'epoch') counts.push(trainer.steps);
    };
    await trainer.fit(train, { epochs, batchSize, onEvent, ...(last && { last }) });
    return counts.slice(1).map((count, i) => count - counts[i]!);
  };

  it('may grow from epoch to epoch', async () => {
    const doubling = schedule.piecewise({ values: [5, 10, 20.4], at: [1, 2], unit: 'epoch' });
    expect(await stepsOf(doubling)).toEqual([8, 4, 2, 2]);
    expect(await stepsOf((_, { epoch }) => 2 ** epoch!)).toEqual([40, 20, 10, 5]);
    expect(await stepsOf(schedule.constant(1e9), 1)).toEqual([1]);
    expect(await stepsOf(schedule.constant(30), 1, 'drop')).toEqual([1]);
  });

  it('are the same, bit by bit, by number and by a constant schedule', async () => {
    const weights = async (
      batchSize: schedule.Scheduled,
    ): Promise<Record<string, Float32Array>> => {
      using trainer = make(0.1);
      await trainer.fit(train, { epochs: 2, batchSize });
      return trainer.parameters();
    };
    expect(await weights(schedule.constant(7))).toEqual(await weights(7));
  });

  it('are refused by code', async () => {
    using trainer = make(0.1);
    const code = async (batchSize: unknown): Promise<string[]> => {
      const error = await failure(() => trainer.fit(train, { epochs: 2, batchSize } as never));
      return [error.code, error.path];
    };
    expect(await code({ kind: 'constant', value: -1 })).toEqual(['RANGE', 'fit.batchSize.value']);
    expect(await code(() => 0)).toEqual(['RANGE', 'fit.batchSize before epoch 0']);
    for (const value of [1n, Symbol('a'), '32', null, undefined, {}])
      expect(await code(() => value)).toEqual(['TYPE', 'fit.batchSize before epoch 0']);
    expect(await code('half')).toEqual(['RANGE', 'fit.batchSize']);
    expect(await code('32')).toEqual(['RANGE', 'fit.batchSize']);
    expect(await code(true)).toEqual(['TYPE', 'fit.batchSize']);
    expect((await code(schedule.plateau({ initial: 8 })))[0]).toBe('MISSING');
    expect(trainer.steps).toBe(0);
    const later = (step: number): number => (step === 0 ? 40 : NaN);
    expect(await code(later)).toEqual(['RANGE', 'fit.batchSize before epoch 1']);
    expect(trainer.steps).toBe(1);
    const steps = { epochs: 1, accumulate: 2, last: 'drop' } as const;
    for (const batchSize of [30, schedule.constant(30)])
      expect(await failure(() => trainer.fit(train, { ...steps, batchSize }))).toMatchObject({
        code: 'EMPTY_EPOCH',
        path: expect.stringMatching(/^fit.batchSize( before epoch 1)?$/) as string,
      });
    expect([trainer.steps, trainer.epochs]).toEqual([1, 1]);
  });
});

/**
 * Functions of the caller that are async, reject, throw or give odd values, in every place that takes
 * one. The runner fails where a rejection stays unhandled, as Node.js ends the process.
 */
import { describe, expect, it } from 'vitest';
import { average, optim, schedule, tune } from '../../src/index.js';
import { ThalwegError } from '../../src/errors.js';
import {
  type Changes,
  type Odd,
  make,
  mine,
  pause,
  rejecting,
  set,
  weightsOf,
} from './odd-functions.js';

/** No numbers, and what the error is. */
const noNumbers = {
  ...Object.fromEntries(Object.entries(rejecting).map(([how, f]) => [how, [f, 'TYPE']] as const)),
  'resolves to a number': [() => Promise.resolve(0.5), 'TYPE'],
  'gives NaN': [() => NaN, 'RANGE'],
  'gives an infinity': [() => Infinity, 'RANGE'],
  'gives nothing': [() => undefined, 'TYPE'],
  'gives null': [() => null, 'TYPE'],
  'gives text': [() => '0.5', 'TYPE'],
  'gives a big integer': [() => 1n, 'TYPE'],
  'gives a symbol': [() => Symbol('0.5'), 'TYPE'],
  'gives an object that is worth a number': [() => ({ valueOf: () => 0.5 }), 'TYPE'],
} as unknown as Readonly<Record<string, readonly [Odd, string]>>;

/** The places that ask for a number: a trainer that has the function, and the path that an error names. */
const scheduled: Readonly<Record<string, readonly [(f: Odd) => Changes, string]>> = {
  learningRate: [(f) => ({ optimizer: optim.adam({ learningRate: f }) }), 'learningRate at step 0'],
  l2: [(f) => ({ optimizer: optim.adam({ l2: f }) }), 'adam.l2 at step 0'],
  weightDecay: [
    (f) => ({ optimizer: optim.adamW({ weightDecay: f }) }),
    'adamW.weightDecay at step 0',
  ],
  beta1: [(f) => ({ optimizer: optim.adam({ beta1: f }) }), 'adam.beta1 at step 0'],
  momentum: [
    (f) => ({ optimizer: optim.momentum({ momentum: f }) }),
    'momentum.momentum at step 0',
  ],
  'clip.value': [(f) => ({ options: { clip: { value: f } } }), 'clip.value at step 0'],
  'clip.globalNorm': [
    (f) => ({ options: { clip: { globalNorm: f } } }),
    'clip.globalNorm at step 0',
  ],
  dropout: [(f) => ({ dropout: f }), 'dropout1.rate at step 0'],
  average: [(f) => ({ options: { average: average.ema({ decay: f }) } }), 'ema.decay at step 0'],
};

describe.each(Object.entries(scheduled))('a function for %s', (_, [changes, path]) => {
  it.each(Object.entries(noNumbers))('is refused if it %s', async (_, [f, code]) => {
    using trainer = make(changes(f));
    const before = weightsOf(trainer);
    const error = expect.objectContaining({ code, path }) as ThalwegError;
    await expect(trainer.fit(set, { epochs: 1, batchSize: 4 })).rejects.toEqual(error);
    expect(() => trainer.gradients(set, Uint32Array.of(0), { training: true })).toThrow(error);
    await pause(5);
    expect([weightsOf(trainer), trainer.steps, trainer.epochs]).toEqual([before, 0, 0]);
    expect((await trainer.evaluate(set)).loss).toBeGreaterThan(0);
  });

  it('ends the run if it throws at a later step, and the trainer goes on afterwards', async () => {
    let fails = true;
    const f = ((step: number) => {
      if (fails && step === 5) throw mine;
      return 0.5;
    }) as unknown as Odd;
    using trainer = make(changes(f));
    await expect(trainer.fit(set, { epochs: 3, batchSize: 4 })).rejects.toBe(mine);
    expect([trainer.steps, trainer.epochs]).toEqual([4, 1]); // rates are asked for epoch by epoch
    fails = false;
    expect((await trainer.fit(set, { epochs: 1, batchSize: 4 })).reason).toBe('completed');
    expect(trainer.steps).toBe(8);
  });
});

describe('a function for a number elsewhere', () => {
  it.each(Object.entries(noNumbers))('is refused if it %s', async (_, [f, code]) => {
    using trainer = make();
    const refused = (path: string) => expect.objectContaining({ code, path }) as ThalwegError;
    const fit = trainer.fit(set, { epochs: 1, batchSize: f });
    await expect(fit).rejects.toEqual(refused('fit.batchSize before epoch 0'));

    const weights = Float32Array.of(1, 2);
    using stepper = optim.bind(optim.adam({ learningRate: f }), { weights });
    const step = () => stepper.step({ weights: Float32Array.of(1, 1) });
    expect(step).toThrow(refused('learningRate at step 0'));
    expect([stepper.steps, ...weights]).toEqual([0, 1, 2]);

    expect(() => schedule.valueAt(f, 3)).toThrow(refused('value at step 3'));
    const { model, loss } = trainer;
    const options = {
      model,
      loss,
      optimizer: optim.sgd({ learningRate: f }),
      device: 'cpu' as const,
    };
    await expect(tune.sanityCheck(options, set)).rejects.toMatchObject({ code });
    await pause(5);
    expect((await trainer.fit(set, { epochs: 1 })).reason).toBe('completed');
  });
});

it.each(['match', 'metrics', 'signal', 'validation'])('%s is no function', async (key) => {
  const f = () => Promise.reject(mine);
  if (key === 'match')
    expect(() => optim.adam({ groups: [{ match: f as never }] })).toThrow(
      expect.objectContaining({ code: 'TYPE', path: 'adam.groups[0].match' }),
    );
  else {
    using trainer = make();
    const options = { epochs: 1, validation: set, [key]: f };
    await expect(trainer.fit(set, options as never)).rejects.toBeInstanceOf(ThalwegError);
  }
});

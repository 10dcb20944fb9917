/**
 * Functions of the caller that are async, reject, throw or give odd values, in every place that takes
 * one. The runner fails where a rejection stays unhandled, as Node.js ends the process.
 */
import { describe, expect, it } from 'vitest';
import {
  type TrainEvent,
  Trainer,
  type TrainerOptions,
  average,
  callbacks,
  data,
  ensemble,
  nn,
  optim,
  progress,
  schedule,
  tune,
} from '../../src/index.js';
import { ThalwegError } from '../../src/errors.js';
import { newFolder } from '../new-folder.js';
import { floats, generator } from '../oracle/random.js';

/** A function that a test gives where one is asked for. */
type Odd = (...given: unknown[]) => never;

const set = data.fromArrays({
  inputs: floats(generator(1), 64),
  shape: [16, 4],
  labels: Int32Array.from({ length: 16 }, (_, i) => i % 3),
});
const mine = new Error('mine');
const pause = (milliseconds = 3) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Ways to fail that are told as they are: the error is the caller's own. */
const failing = {
  throws: () => {
    throw mine;
  },
};
const rejecting = {
  rejects: () => Promise.reject(mine),
  'rejects later': async () => {
    await pause();
    throw mine;
  },
  'rejects as something like a promise': () => ({
    then: (_: unknown, no?: (error: unknown) => void) => no?.(mine),
  }),
};
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

interface Changes {
  readonly optimizer?: optim.Optimizer;
  readonly dropout?: schedule.Scheduled;
  readonly options?: Partial<TrainerOptions>;
}

function make({ optimizer = optim.adam(), dropout = 0.1, options = {} }: Changes = {}): Trainer {
  const layers = [nn.dense(5), nn.dropout(dropout), nn.dense(3)];
  return new Trainer({
    model: nn.sequential({ input: [4] }, ...layers),
    loss: 'softmaxCrossEntropy',
    optimizer,
    device: 'cpu',
    seed: 1,
    ...options,
  });
}

const weightsOf = (trainer: Trainer): string =>
  Object.values(trainer.parameters())
    .map(({ buffer }) => Buffer.from(buffer).toString('hex'))
    .join();

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

/** An event of each type is sent by such a run. */
const run = () => ({
  epochs: 2,
  batchSize: 1,
  checkpoint: { folder: newFolder(), everySteps: 5, waits: true },
});
const warner: callbacks.Callback = {
  name: 'warner',
  epoch: (_, run) => run.warn({ code: 'ODD', message: 'm', remedy: 'r' }),
};
const types = ['start', 'progress', 'epoch', 'warning', 'checkpoint', 'end'] as const;
const hooks = ['start', 'progress', 'epoch', 'warning', 'end', 'flush'] as const;

/** Where a function hears of a run: what fit is given besides. */
const listening: Readonly<Record<string, (f: Odd) => object>> = {
  ...Object.fromEntries(
    types.map((type) => [
      `onEvent at ${type}`,
      (f: Odd) => ({
        onEvent: (event: TrainEvent) => (event.type === type ? (f as () => unknown)() : undefined),
        callbacks: [warner],
      }),
    ]),
  ),
  ...Object.fromEntries(
    hooks.map((hook) => [
      `a callback's ${hook}`,
      (f: Odd) => ({ callbacks: [warner, { name: 'odd', epoch: () => 0, [hook]: f }] }),
    ]),
  ),
  'a listener': (f) => ({ callbacks: [callbacks.listener('odd', f)] }),
  'a stream of a progress line': (f) => ({
    onEvent: progress({ stream: { write: f, isTTY: true }, framesPerSecond: 1000 }),
  }),
  'a stream of progress': (f) => ({ onEvent: progress({ stream: { write: f } }) }),
  'a stream of a progress callback': (f) => ({
    callbacks: [callbacks.progress({ stream: { write: f, isTTY: true } })],
  }),
};

describe.each(Object.entries(listening))('%s', (_, options) => {
  it.each(Object.entries({ ...failing, ...rejecting }))(
    'ends the run, and nothing else, with its own error if it %s',
    async (_, f) => {
      using trainer = make();
      const write = Object.getOwnPropertyDescriptor(process.stdout, 'write');
      await expect(trainer.fit(set, { ...run(), ...options(f as Odd) })).rejects.toBe(mine);
      expect(Object.getOwnPropertyDescriptor(process.stdout, 'write')).toEqual(write);
      await pause(5);
      expect((await trainer.fit(set, { epochs: 1 })).reason).toBe('completed');
    },
  );

  it.each([
    ['NaN', NaN],
    ['a symbol', Symbol('odd')],
    ['an object', {}],
    ['a promise', Promise.resolve(NaN)],
  ])('may give %s, which nobody reads', async (_, value) => {
    using trainer = make();
    const f = (() => value) as Odd;
    expect((await trainer.fit(set, { ...run(), ...options(f) })).reason).toBe('completed');
  });
});

describe('functions of callbacks that must give something', () => {
  const evil = (more: object): callbacks.Callback => ({
    name: 'odd',
    epoch: () => 0,
    restore: () => undefined,
    ...more,
  });
  it.each([
    ...Object.entries(rejecting).map(([how, f]) => [how, f, 'TYPE'] as const),
    ['throws', failing.throws, undefined] as const,
    ['gives a function', () => () => 1, 'TYPE'] as const,
    ['gives a map', () => new Map(), 'TYPE'] as const,
  ])('end the run if state or arrays %s, and leave the trainer usable', async (_, f, code) => {
    for (const key of ['state', 'arrays']) {
      using trainer = make();
      const fit = trainer.fit(set, { ...run(), callbacks: [evil({ [key]: f })] });
      const error = await fit.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (code === undefined) expect(error).toBe(mine);
      else expect(error).toMatchObject({ code });
      await pause(5);
      expect((await trainer.fit(set, { epochs: 1 })).reason).toBe('completed');
    }
  });

  it.each([
    ['a function', () => ['loss'], 'TYPE', ''],
    ['text', 'loss', 'TYPE', ''],
    ['a promise', Promise.reject(mine).catch(() => []), 'TYPE', ''],
    ['numbers', ['loss', 3], 'TYPE', '[1]'],
    ['no metric', ['validation'], 'RANGE', '[0]'],
  ])('requires that is %s is refused', async (_, requires, code, at) => {
    using trainer = make();
    const fit = trainer.fit(set, { ...run(), callbacks: [evil({ requires })] });
    await expect(fit).rejects.toMatchObject({ code, path: `fit.callbacks[0].requires${at}` });
  });

  it.each([
    ['run.warn', (run: callbacks.RunControl) => run.warn(undefined as never)],
    ['run.warn.code', (run: callbacks.RunControl) => run.warn({} as never)],
    [
      'run.warn.message',
      (run: callbacks.RunControl) =>
        run.warn({ code: 'X', message: Promise.resolve('m') as never, remedy: 'r' }),
    ],
    ['run.weights', (run: callbacks.RunControl) => run.weights('best' as never)],
    ['run.stop', (run: callbacks.RunControl) => run.stop(3 as never)],
  ])('%s refuses what it cannot be', async (path, call) => {
    using trainer = make();
    const callback = evil({ epoch: (_: unknown, control: callbacks.RunControl) => call(control) });
    const error = { code: path === 'run.weights' ? 'RANGE' : 'TYPE', path };
    await expect(trainer.fit(set, { ...run(), callbacks: [callback] })).rejects.toMatchObject(
      error,
    );
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

describe('functions of a minimisation', () => {
  const parabola = (x: Float64Array, gradient: Float64Array): number => {
    gradient[0] = 2 * x[0]!;
    return x[0]! ** 2;
  };

  it.each(Object.entries({ ...failing, ...rejecting }))(
    'end it with their own error if one %s',
    async (_, f) => {
      using trainer = make();
      const before = weightsOf(trainer);
      const onIteration = f as () => unknown;
      const method = optim.lbfgs();
      await expect(optim.minimize(parabola, [1], method, { onIteration })).rejects.toBe(mine);
      await expect(trainer.minimize(set, method, { onIteration })).rejects.toBe(mine);
      expect(weightsOf(trainer)).toBe(before); // it failed at the start
      await expect(optim.minimize(f as never, [1])).rejects.toBe(mine);
      expect((await trainer.fit(set, { epochs: 1 })).reason).toBe('completed');
    },
  );

  it.each([
    ['nothing', undefined, 'TYPE'],
    ['text', '1', 'TYPE'],
    ['NaN', NaN, 'NONFINITE'],
    ['an infinity', Infinity, 'NONFINITE'],
    ['a promise of text', Promise.resolve('1'), 'TYPE'],
  ])('an objective that gives %s is refused', async (_, value, code) => {
    await expect(optim.minimize((() => value) as never, [1])).rejects.toMatchObject({ code });
  });

  it('are waited for if they are async', async () => {
    const seen: number[] = [];
    const onIteration = async ({ iteration }: { readonly iteration: number }) => {
      await pause(1);
      seen.push(iteration);
    };
    const { iterations } = await optim.minimize(parabola, [1], optim.lbfgs(), { onIteration });
    expect(seen).toEqual(iterations.map(({ iteration }) => iteration));
  });
});

it('a function that trains members ends the ensemble with its own error', async () => {
  const { model, loss, optimizer } = make();
  for (const train of [...Object.values(failing), ...Object.values(rejecting)]) {
    const options = { seeds: [1, 2], train };
    await expect(ensemble.seeds({ model, loss, optimizer }, options)).rejects.toBe(mine);
  }
});

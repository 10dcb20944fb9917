/** Listeners, callbacks and objectives that are async, reject, throw or give odd values. */
import { describe, expect, it } from 'vitest';
import { type TrainEvent, callbacks, ensemble, optim, progress } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { type Odd, make, mine, pause, rejecting, set, weightsOf } from './odd-functions.js';

/** Ways to fail that are told as they are: the error is the caller's own. */
const failing = {
  throws: () => {
    throw mine;
  },
};

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

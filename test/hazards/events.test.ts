/** Listeners, iterators and signals that do what they should not, at the worst moment. */
import { getEventListeners, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type TrainEvent, Trainer, callbacks, data, optim } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';
import { sameBits } from '../oracle/random.js';
import { examples, make, model } from './short-runs.js';

const same = (a: Trainer, b: Trainer): boolean => {
  const [mine, yours] = [a.parameters(), b.parameters()];
  return Object.keys(mine).every((name) => sameBits(mine[name]!, yours[name]!));
};

describe('a listener', () => {
  it.each(['start', 'progress', 'epoch'])('ends the run by disposing at %s', async (type) => {
    using train = examples();
    const trainer = make();
    let calls = 0;
    const onEvent = (event: TrainEvent): void => {
      if (event.type !== type) return;
      calls++;
      trainer.dispose();
    };
    const { reason } = await trainer.fit(train, { epochs: 100_000, batchSize: 8, onEvent });
    expect([reason, calls]).toEqual(['aborted', 1]);
    expect((await failure(() => trainer.parameters())).code).toBe('DISPOSED');
  });

  it('ends the run by disposing of the data set: by name, with whole steps', async () => {
    const train = examples(1000);
    using trainer = make();
    const onEvent = ({ type }: TrainEvent): void => {
      if (type === 'epoch') train.dispose();
    };
    const { code } = await failure(() =>
      trainer.fit(train, { epochs: 3, batchSize: 100, onEvent }),
    );
    expect([code, trainer.steps, trainer.epochs]).toEqual(['DISPOSED', 10, 1]);
  });

  it('gets BUSY if it starts another run, and the first goes on', async () => {
    using train = examples(1000);
    using trainer = make();
    const inner: Promise<string>[] = [];
    const onEvent = ({ type }: TrainEvent): void => {
      if (type !== 'epoch') return;
      inner.push(failure(() => trainer.fit(train, { epochs: 1 })).then(({ code }) => code));
    };
    const { reason } = await trainer.fit(train, { epochs: 2, batchSize: 100, onEvent });
    expect([reason, await Promise.all(inner)]).toEqual(['completed', ['BUSY', 'BUSY']]);
  });

  it('rejects the run by throwing at its end, after all steps', async () => {
    using train = examples(1000);
    using trainer = make();
    const onEvent = ({ type }: TrainEvent): void => {
      if (type === 'end') throw new Error('from end');
    };
    const fit = trainer.fit(train, { epochs: 1, batchSize: 100, onEvent });
    await expect(Promise.resolve(fit)).rejects.toThrow('from end');
    expect(trainer.steps).toBe(10);
    expect((await trainer.fit(train, { epochs: 1 })).reason).toBe('completed');
  });
});

describe('an asynchronous listener', () => {
  const rejecting =
    (type: string) =>
    async (event: TrainEvent): Promise<void> => {
      await Promise.resolve();
      if (event.type === type) throw new Error(`at ${type}`);
    };

  it.each(['start', 'progress', 'epoch', 'warning', 'end'])(
    'rejects the run by rejecting at %s',
    async (type) => {
      using train = examples(1000);
      for (const kind of ['onEvent', 'callback']) {
        using trainer = make();
        const warner: callbacks.Callback = {
          name: 'warner',
          epoch: (_, run) => run.warn({ code: 'ODD', message: 'm', remedy: 'r' }),
        };
        const throws = callbacks.listener('throws', rejecting(type));
        const fit = trainer.fit(train, {
          epochs: 2,
          batchSize: 100,
          ...(kind === 'onEvent' && { onEvent: rejecting(type) }),
          callbacks: kind === 'onEvent' ? [warner] : [warner, throws],
        });
        await expect(Promise.resolve(fit), kind).rejects.toThrow(`at ${type}`);
        expect((await trainer.fit(train, { epochs: 1 })).reason).toBe('completed');
      }
    },
  );

  it('gives a warning of the process by rejecting after the run, and ends no later run', async () => {
    using train = examples(1000);
    using trainer = make();
    let release: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (release = resolve));
    const late = async ({ type }: TrainEvent): Promise<void> => {
      if (type !== 'start') return;
      await over;
      throw new Error('at start');
    };
    const releasing: callbacks.Callback = {
      name: 'releasing',
      start: async () => {
        release();
        await new Promise((resolve) => setTimeout(resolve, 10));
      },
    };
    const warned = once(process, 'warning');
    await trainer.fit(train, { epochs: 1, onEvent: late });
    const next = trainer.fit(train, { epochs: 1, callbacks: [releasing] });
    expect((await next).reason).toBe('completed');
    const [{ name, message }] = (await warned) as [Error];
    expect(name).toBe('ThalwegWarning');
    expect(message).toMatch(/^a listener failed after its run was over: Error: at start\n/);
  });

  it('is waited for if it takes its time over the last event', async () => {
    using train = examples(1000);
    using trainer = make();
    const late = async ({ type }: TrainEvent): Promise<void> => {
      if (type !== 'end') return;
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Error('at end');
    };
    const fit = trainer.fit(train, { epochs: 1, onEvent: late });
    await expect(Promise.resolve(fit)).rejects.toThrow('at end');
    expect((await trainer.fit(train, { epochs: 1 })).reason).toBe('completed');
  });
});

describe('the last event', () => {
  it.each([
    ['a checkpoint that is written', 'checkpoint'],
    ['the warning of one that cannot be', 'warning'],
  ])('comes after %s', async (_, type) => {
    using train = examples(1000);
    using trainer = make();
    const types: string[] = [];
    const folder = newFolder();
    const flush = (): void => {
      if (type === 'warning') throw new Error('not yet');
    };
    const late: callbacks.Callback = { name: 'late', epoch: () => undefined, flush };
    const fit = trainer.fit(train, {
      epochs: 1,
      batchSize: 100,
      checkpoint: { folder, everyEpochs: 1 },
      callbacks: [late],
      onEvent: (event) => event.type !== 'progress' && types.push(event.type),
    });
    await Promise.resolve(fit).catch(() => undefined); // the last flush counts
    expect(types).toEqual(['start', 'epoch', type, 'end']);
  });
});

it('a checkpoint that cannot be taken ends a run that waits for it', async () => {
  using train = examples(1000);
  using trainer = make();
  const odd: callbacks.Callback = {
    name: 'odd',
    epoch: () => undefined,
    state: () => new Map() as never,
    restore: () => undefined,
  };
  const { code } = await failure(() =>
    trainer.fit(train, {
      epochs: 3,
      batchSize: 10,
      callbacks: [odd],
      checkpoint: { folder: newFolder(), everySteps: 2, waits: true },
    }),
  );
  expect(code).toBe('TYPE');
});

describe('an AbortSignal', () => {
  it('already aborted leaves everything as it was', async () => {
    using train = examples(1000);
    using trainer = make();
    using untouched = make();
    const events: string[] = [];
    const { reason, epochs, steps } = await trainer.fit(train, {
      epochs: 2,
      signal: AbortSignal.abort(),
      onEvent: ({ type }) => events.push(type),
    });
    expect([reason, epochs.length, steps]).toEqual(['aborted', 0, 0]);
    expect(events).toEqual(['start', 'end']);
    expect(same(trainer, untouched)).toBe(true);
  });

  it('leaves the weights of the last whole step, from which training goes on', async () => {
    using train = examples();
    using trainer = make();
    const controller = new AbortController();
    const onEvent = ({ type }: TrainEvent): void => {
      if (type === 'progress') controller.abort();
    };
    // An epoch has one step, so a run has as many steps as epochs.
    const options = { batchSize: 'full' } as const;
    const { signal } = controller;
    const aborted = await trainer.fit(train, { ...options, epochs: 10_000, signal, onEvent });
    expect(aborted.reason).toBe('aborted');
    expect(aborted.steps).toBe(trainer.steps);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await trainer.fit(train, { ...options, epochs: 2 });
    using whole = make();
    await whole.fit(train, { ...options, epochs: aborted.steps + 2 });
    expect(same(trainer, whole)).toBe(true);
  });

  it('aborts the run even during the last validation', async () => {
    using train = examples(100);
    const rows = 400_000;
    using validation = data.fromArrays({
      inputs: new Float32Array(rows * 20),
      shape: [rows, 20],
      labels: new Int32Array(rows),
    });
    using trainer = make();
    const controller = new AbortController();
    const { signal } = controller;
    const fit = trainer.fit(train, { epochs: 1, batchSize: 100, validation, signal });
    while (trainer.steps === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    const { reason, epochs } = await fit;
    expect([reason, epochs.length, epochs[0]?.validation]).toEqual(['aborted', 1, undefined]);
  });

  it('ends the run before the epoch if a schedule aborts it', async () => {
    using train = examples(100);
    const controller = new AbortController();
    const optimizer = optim.sgd({
      learningRate: (step) => {
        if (step === 3) controller.abort();
        return 0.1;
      },
    });
    using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer });
    const { signal } = controller;
    const { reason } = await trainer.fit(train, { epochs: 9, batchSize: 50, signal });
    expect([reason, trainer.steps]).toEqual(['aborted', 2]);
  });
});

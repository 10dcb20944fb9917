/** Listeners, iterators and signals that do what they should not, at the worst moment. */
import { getEventListeners, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type History,
  type TrainEvent,
  Trainer,
  callbacks,
  data,
  nn,
  optim,
} from '../../src/index.js';
import { Fit } from '../../src/train/run/fit.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, sameBits } from '../oracle/random.js';

const model = nn.sequential(
  { input: [20] },
  nn.dense(64, { activation: 'relu' }),
  nn.dropout(0.3),
  nn.dense(3),
);
const make = (): Trainer =>
  new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam(), seed: 3 });

function examples(rows = 20_000): data.Dataset {
  const random = generator(1);
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * 3));
  return data.fromArrays({ inputs: floats(random, rows * 20), shape: [rows, 20], labels });
}
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

describe('an iterator', () => {
  it('does not end the run when it is left early, and can be taken up again', async () => {
    using train = examples(1000);
    using trainer = make();
    const fit = trainer.fit(train, { epochs: 3, batchSize: 100 });
    for await (const { type } of fit) if (type === 'start') break;
    for await (const { type } of fit) if (type === 'epoch') break;
    const types: string[] = [];
    for await (const { type } of fit) if (type !== 'progress') types.push(type);
    expect(types).toEqual(['start', 'epoch', 'epoch', 'epoch', 'end']);
    expect((await fit).epochs).toHaveLength(3);
  });

  it('finds no progress of finished epochs if it comes late: nobody needs it', async () => {
    using train = examples(1000);
    using trainer = make();
    const sent: string[] = [];
    const onEvent = ({ type }: TrainEvent): unknown => sent.push(type);
    const fit = trainer.fit(train, { epochs: 2, onEvent });
    await fit;
    const late: string[] = [];
    for await (const { type } of fit) late.push(type);
    expect(sent).toContain('progress');
    expect(late).toEqual(sent.filter((type) => type !== 'progress'));
    const early: string[] = [];
    const next: string[] = [];
    for await (const { type } of trainer.fit(train, {
      epochs: 2,
      onEvent: (event) => next.push(event.type),
    }))
      early.push(type);
    expect(early).toEqual(next);
  });

  it('keeps the progress of an endless epoch for no loop that comes late', async () => {
    const end = { type: 'end', reason: 'completed', seconds: 1 } as const;
    const progress = (step: number): TrainEvent => ({ type: 'progress', step }) as TrainEvent;
    const warning = { type: 'warning' } as TrainEvent;
    const fit = new Fit(async (emit) => {
      for (let i = 0; i < 50_000; i++) {
        if (i === 7) emit(warning);
        emit(progress(i));
      }
      emit(end);
      await Promise.resolve();
      return {} as History;
    });
    const late: TrainEvent[] = [];
    for await (const event of fit) late.push(event);
    expect([late[0], late.at(-1)]).toEqual([warning, end]);
    const steps = late.slice(1, -1).map((event) => (event as { step: number }).step);
    expect(steps.length).toBeGreaterThanOrEqual(1000);
    expect(steps.length).toBeLessThan(2000);
    expect(steps).toEqual(steps.map((_, i) => 50_000 - steps.length + i));
  });

  it('lets go of what all loops have passed', async () => {
    const gone: WeakRef<object>[] = [];
    let send: (event: TrainEvent) => void = () => undefined;
    let finish: (history: History) => void = () => undefined;
    const fit = new Fit((emit) => {
      send = emit;
      return new Promise((resolve) => (finish = resolve));
    });
    const loop = fit[Symbol.asyncIterator]();
    const epoch = async (): Promise<void> => {
      const took = [loop.next(), loop.next()];
      const event = { type: 'progress', filling: new Float64Array(10) } as unknown as TrainEvent;
      gone.push(new WeakRef(event));
      send(event);
      send({ type: 'epoch' } as TrainEvent);
      await Promise.all(took);
    };
    for (let i = 0; i < 3; i++) await epoch();
    const pending = loop.next();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await new Promise((resolve) => setTimeout(resolve, 1));
    collect();
    expect(gone.map((event) => event.deref())).toEqual([undefined, undefined, undefined]);
    finish({} as History);
    expect(await pending).toEqual({ done: true, value: {} });
  });

  it.each([
    ['before the failure', 'start', false],
    ['at the last event before it', 'last', false],
    ['at the start, by someone who awaits the run', 'start', true],
    ['at the last event, by someone who awaits the run', 'last', true],
  ])(
    'leaves a failure to the process, or to the awaiting caller, if it is left %s',
    async (_, at, awaits) => {
      const errors: unknown[] = [];
      const others = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', (error) => errors.push(error));
      const events = ['start', 'last'].map((type) => ({ type }) as unknown as TrainEvent);
      try {
        const fit = new Fit(async (emit) => {
          for (const event of events) {
            await new Promise((resolve) => setTimeout(resolve, 2));
            emit(event);
          }
          throw new Error('at last');
        });
        for await (const { type } of fit) {
          if ((type as string) === at) {
            if (at === 'last') await new Promise((resolve) => setTimeout(resolve, 5));
            break;
          }
        }
        if (awaits) await expect(Promise.resolve(fit)).rejects.toThrow('at last');
        await new Promise((resolve) => setTimeout(resolve, 15));
      } finally {
        process.removeAllListeners('unhandledRejection');
        for (const other of others) process.on('unhandledRejection', other);
      }
      expect(errors).toEqual(awaits ? [] : [new Error('at last')]);
    },
  );

  it('leaves the trainer usable after the run if its loop throws', async () => {
    using train = examples(1000);
    using trainer = make();
    const controller = new AbortController();
    const fit = trainer.fit(train, { epochs: 1000, signal: controller.signal });
    const looping = (async () => {
      for await (const event of fit) throw new Error(`at ${event.type}`);
    })();
    await expect(looping).rejects.toThrow('at start');
    controller.abort();
    expect((await fit).reason).toBe('aborted');
    expect((await trainer.evaluate(train)).loss).toBeGreaterThan(0);
  });

  it('throws the error of its run after the events before it', async () => {
    using trainer = make();
    const labels = Int32Array.of(0, 1, 2, 3); // three classes
    using train = data.fromArrays({ inputs: new Float32Array(80), shape: [4, 20], labels });
    const types: string[] = [];
    const { code } = await failure(async () => {
      for await (const { type } of trainer.fit(train, { epochs: 1 })) types.push(type);
    });
    expect([code, types]).toEqual(['RANGE', ['start']]);
  });
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

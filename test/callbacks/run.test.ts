/** Hooks come in order, may do what is documented, and get their states back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type TrainEvent, callbacks, data } from '../../src/index.js';
import { restoreCallbacks } from '../../src/run/restore.js';
import { saveCallbacks } from '../../src/run/saved-state.js';
import { failure } from '../oracle/failure.js';
import { sameBits } from '../oracle/random.js';
import { examples, make } from './runs.js';

type Weights = Record<string, Float32Array>;

const same = (a: Weights, b: Weights): boolean =>
  Object.keys(a).every((name) => sameBits(a[name]!, b[name]!));

describe('hooks', () => {
  it('make one failure of the run where many of them fail late', async () => {
    using trainer = make();
    let calls = 0;
    let release = (): void => undefined;
    const three = new Promise<void>((resolve) => (release = resolve));
    const onEvent = async (): Promise<void> => {
      const mine = calls++;
      if (calls === 3) release();
      await three;
      await sleep(15 * mine);
      throw new Error('the server is down');
    };
    const run = async () => trainer.fit(examples(), { epochs: 1e6, onEvent });
    await expect(run()).rejects.toThrow('the server is down');
    await sleep(15 * calls); // an unhandled rejection would fail this file
  });

  it('are told of a promise that rejects where a value belongs, by TYPE alone', async () => {
    const rejected = (): never => Promise.reject(new Error('not heard')) as never;
    const asked: ((run: callbacks.RunControl) => unknown)[] = [
      (run) => {
        run.stop(rejected());
      },
      (run) => {
        run.warn(rejected());
      },
      (run) => {
        run.warn({ code: rejected(), message: 'm', remedy: 'r' });
      },
      (run) => {
        run.setWeights(rejected());
      },
      (run) => run.weights(rejected()),
    ];
    for (const start of asked) {
      using trainer = make();
      const callback = {
        name: 'asks',
        start: (_: unknown, run: callbacks.RunControl) => start(run),
      };
      const run = async () => trainer.fit(examples(), { epochs: 1, callbacks: [callback] });
      expect((await failure(run)).code).toBe('TYPE');
    }
    using trainer = make();
    const options = { epochs: 1, shuffle: rejected() };
    expect((await failure(async () => trainer.fit(examples(), options))).code).toBe('TYPE');
    await sleep(15); // an unhandled rejection would fail this file
  });

  it('are called in order, awaited, after onEvent', async () => {
    using train = examples();
    using trainer = make();
    const calls: string[] = [];
    const slow = (name: string): callbacks.Callback =>
      callbacks.listener(name, async ({ type }) => {
        if (type === 'progress') return;
        calls.push(`${name} ${type}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
        calls.push(`${name} done`);
      });
    const onEvent = ({ type }: TrainEvent): unknown => type !== 'progress' && calls.push(type);
    await trainer.fit(train, { epochs: 1, onEvent, callbacks: [slow('a'), slow('b')] });
    const each = (type: string): string[] => [type, `a ${type}`, 'a done', `b ${type}`, 'b done'];
    expect(calls).toEqual([...each('start'), ...each('epoch'), ...each('end')]);
  });

  it.each(['start', 'progress', 'epoch', 'end'] as const)(
    'reject the run by throwing at %s, and the trainer goes on',
    async (type) => {
      using train = examples(2000);
      using trainer = make();
      const throws = { name: 'throws', [type]: () => Promise.reject(new Error(`at ${type}`)) };
      const throwsAtOnce = {
        name: 'throws',
        progress: () => {
          throw new Error('at progress');
        },
      };
      const chosen = type === 'progress' ? throwsAtOnce : throws;
      const fit = trainer.fit(train, { epochs: 3, batchSize: 1, callbacks: [chosen] });
      await expect(Promise.resolve(fit)).rejects.toThrow(`at ${type}`);
      expect((await trainer.fit(train, { epochs: 1 })).reason).toBe('completed');
    },
  );

  it('run without native code between them: weights are read and replaced between epochs', async () => {
    using train = examples();
    using trainer = make();
    const before = trainer.parameters();
    const seen: Weights[] = [];
    const back: callbacks.Callback = {
      name: 'back',
      epoch: (_, run) => {
        seen.push(run.weights());
        run.setWeights(before);
      },
    };
    await trainer.fit(train, { epochs: 2, callbacks: [back] });
    expect(seen.map((weights) => same(weights, before))).toEqual([false, false]);
    expect(same(trainer.parameters(), before)).toBe(true);
  });

  it('cannot touch weights during an epoch, nor replace them by others', async () => {
    using train = examples(3000);
    using trainer = make();
    const codes: string[] = [];
    const attempt = async (body: () => unknown): Promise<void> => {
      codes.push((await failure(body)).code);
    };
    const touch: callbacks.Callback = {
      name: 'touch',
      progress: (_, run) => codes.length === 0 && attempt(() => run.weights()),
      end: async (_, run) => {
        await attempt(() => run.setWeights({}));
        await attempt(() => run.setWeights({ ...run.weights(), other: new Float32Array(1) }));
      },
    };
    await trainer.fit(train, { epochs: 1, batchSize: 1, callbacks: [touch] });
    expect(codes).toEqual(['BUSY', 'MISSING', 'UNKNOWN_OPTION']);
  });
});

describe('warnings', () => {
  it('reach listeners and callbacks once for each code and layer', async () => {
    using train = examples();
    using trainer = make();
    const seen: unknown[] = [];
    const warn = (run: callbacks.RunControl, layer?: string): void => {
      run.warn({ code: 'ODD', message: 'm', remedy: 'r', ...(layer && { layer }) });
    };
    const warner: callbacks.Callback = {
      name: 'warner',
      epoch: (_, run) => {
        for (const layer of [undefined, 'dense1', 'dense1', 'dense2']) warn(run, layer);
      },
      warning: (event) => seen.push(event),
    };
    const sent: TrainEvent[] = [];
    const onEvent = (event: TrainEvent): unknown => event.type === 'warning' && sent.push(event);
    await trainer.fit(train, { epochs: 2, onEvent, callbacks: [warner] });
    const common = { type: 'warning', code: 'ODD', epoch: 0, message: 'm', remedy: 'r' };
    expect(seen).toEqual([common, { ...common, layer: 'dense1' }, { ...common, layer: 'dense2' }]);
    expect(sent).toEqual(seen);
  });
});

describe('states', () => {
  const counter = (name: string): callbacks.Callback & { count: number } => ({
    name,
    count: 0,
    epoch() {
      this.count++;
    },
    state() {
      return { count: this.count };
    },
    restore(state) {
      this.count = (state as { count: number }).count;
    },
  });

  it('are saved by name and put back', () => {
    const [a, b] = [counter('a'), counter('b')];
    a.count = 3;
    const saved = saveCallbacks([a, b, callbacks.listener('stateless', () => undefined)]);
    expect(saved).toEqual({
      a: { state: { count: 3 }, arrays: {} },
      b: { state: { count: 0 }, arrays: {} },
    });
    const [c, d] = [counter('a'), counter('b')];
    restoreCallbacks([d, c], saved);
    expect([c.count, d.count]).toEqual([3, 0]);
  });

  it.each([
    ['a callback without a saved state', ['a', 'b'], ['a']],
    ['a saved state without its callback', ['a'], ['a', 'b']],
  ])('are MISMATCH with %s, and nothing changed', async (_, now, then) => {
    const saved = saveCallbacks(then.map((name) => Object.assign(counter(name), { count: 7 })));
    const present = now.map(counter);
    const { code, path } = await failure(() => restoreCallbacks(present, saved));
    expect([code, path]).toEqual(['MISMATCH', 'callbacks.b']);
    expect(present.map(({ count }) => count)).toEqual(now.map(() => 0));
  });
});

describe('refused', () => {
  it.each([
    ['no array', {}, 'TYPE', 'fit.callbacks'],
    ['a function', [() => undefined], 'TYPE', 'fit.callbacks[0]'],
    ['a sparse array', new Array(1), 'TYPE', 'fit.callbacks[0]'],
    [
      'a sparse list of metrics',
      [{ name: 'a', requires: new Array(1), epoch: () => undefined }],
      'TYPE',
      'fit.callbacks[0].requires[0]',
    ],
    ['no name', [{ epoch: () => undefined }], 'TYPE', 'fit.callbacks[0].name'],
    ['no hook', [{ name: 'a', onEpoch: () => undefined }], 'TYPE', 'fit.callbacks[0]'],
    ['a hook of text', [{ name: 'a', epoch: 'x' }], 'TYPE', 'fit.callbacks[0].epoch'],
    [
      'one name twice',
      [callbacks.terminateOnNonFinite(), callbacks.terminateOnNonFinite()],
      'DUPLICATE',
      'fit.callbacks[1].name',
    ],
    ['a validation that is none', [callbacks.earlyStopping()], 'MISSING', 'fit.validation'],
  ])('%s', async (_, given, code, path) => {
    using train = examples();
    using trainer = make();
    const error = await failure(() => trainer.fit(train, { epochs: 1, callbacks: given as never }));
    expect([error.code, error.path, trainer.steps]).toEqual([code, path, 0]);
  });

  it('an accuracy that the loss has not', async () => {
    const labels = new Float32Array(6);
    using set = data.fromArrays({ inputs: new Float32Array(8), shape: [2, 4], labels });
    using trainer = make({ loss: 'meanSquaredError' });
    const stopping = callbacks.earlyStopping({ metric: 'accuracy' });
    const { code, path } = await failure(() =>
      trainer.fit(set, { epochs: 1, callbacks: [stopping] }),
    );
    expect([code, path]).toEqual(['MISSING', 'loss']);
  });
});

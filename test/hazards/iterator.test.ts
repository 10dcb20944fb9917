/** Loops over the events of a run. */
import { describe, expect, it } from 'vitest';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type History, type TrainEvent, data } from '../../src/index.js';
import { Fit } from '../../src/train/run/fit.js';
import { failure } from '../oracle/failure.js';
import { examples, make } from './short-runs.js';

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

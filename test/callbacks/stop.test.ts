/** A callback ends a run. */
import { describe, expect, it } from 'vitest';
import { type TrainEvent, callbacks, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { examples, make } from './runs.js';

describe('a stop', () => {
  it.each(['start', 'epoch'] as const)('at %s ends the run before its next epoch', async (type) => {
    using train = examples();
    using trainer = make();
    const stopper: callbacks.Callback = {
      name: 'stopper',
      [type]: (_: TrainEvent, run: callbacks.RunControl) => {
        run.stop('enough');
        run.stop('more than enough');
      },
    };
    const events: TrainEvent[] = [];
    const onEvent = (event: TrainEvent): unknown => events.push(event);
    const history = await trainer.fit(train, { epochs: 9, onEvent, callbacks: [stopper] });
    const expected = { reason: 'stopped', stopReason: 'enough' };
    expect(history).toMatchObject(expected);
    expect(history.epochs).toHaveLength(type === 'start' ? 0 : 1);
    expect(events.at(-1)).toMatchObject({ type: 'end', ...expected });
  });

  it('ends an epoch after the current step, and does not count it', async () => {
    using train = examples(20_000);
    using trainer = make();
    const stopper: callbacks.Callback = {
      name: 'stopper',
      progress: (_, run) => {
        run.stop('at once');
      },
    };
    const { reason, epochs, steps } = await trainer.fit(train, {
      epochs: 1000,
      batchSize: 1,
      callbacks: [stopper],
    });
    expect([reason, epochs.length, trainer.epochs]).toEqual(['stopped', 0, 0]);
    expect(steps).toBe(trainer.steps);
    expect(steps).toBeLessThan(20_000);
  });

  it.each(['epoch', 'progress'] as const)('without a reason, at %s, has one', async (type) => {
    using train = examples(20_000);
    using trainer = make();
    const stopper = callbacks.listener('stopper', (event, run) => {
      if (event.type === type) run.stop();
    });
    const batchSize = type === 'epoch' ? 1000 : 1;
    const history = await trainer.fit(train, { epochs: 20, batchSize, callbacks: [stopper] });
    expect(history).toMatchObject({ reason: 'stopped', stopReason: 'a callback stopped it' });
  });

  it('is refused with a reason that is no text', async () => {
    using train = examples();
    using trainer = make();
    const stopper = callbacks.listener('stopper', (_, run) => run.stop(null as never));
    const error = await failure(() => trainer.fit(train, { epochs: 1, callbacks: [stopper] }));
    expect([error.code, error.path]).toEqual(['TYPE', 'run.stop']);
  });

  it('changes nothing after the last epoch; an abort goes before it', async () => {
    using train = examples();
    using trainer = make();
    const controller = new AbortController();
    const stopper = callbacks.listener('stopper', ({ type }, run) => {
      if (type === 'epoch') run.stop('late');
    });
    const done = await trainer.fit(train, { epochs: 1, callbacks: [stopper] });
    expect([done.reason, 'stopReason' in done]).toEqual(['completed', false]);
    const aborter = callbacks.listener('aborter', () => controller.abort());
    const { reason } = await trainer.fit(train, {
      epochs: 2,
      signal: controller.signal,
      callbacks: [stopper, aborter],
    });
    expect(reason).toBe('aborted');
  });
});

describe('terminateOnNonFinite', () => {
  it('ends a run that diverges, and leaves others alone', async () => {
    using train = examples();
    const end = callbacks.terminateOnNonFinite();
    const optimizer = optim.sgd({ learningRate: 1e30 });
    using wild = make({ optimizer, nonFinite: 'allow' });
    const { reason, stopReason } = await wild.fit(train, { epochs: 50, callbacks: [end] });
    expect(reason).toBe('stopped');
    expect(stopReason).toMatch(/^terminateOnNonFinite: the loss is NaN$/);
    using tame = make();
    expect((await tame.fit(train, { epochs: 2, callbacks: [end] })).reason).toBe('completed');
  });
});

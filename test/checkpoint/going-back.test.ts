/** A run whose loss is not finite ends, or goes back to a checkpoint. */
import { truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TrainEvent, callbacks, data, nn, optim } from '../../src/index.js';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { KeptFiles } from '../../src/checkpoint/kept.js';
import { planCheckpoints } from '../../src/checkpoint/options.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { classes, everyStep, make } from './runs.js';
import { checkpointsIn, options } from './folders.js';

/** Makes rows of noise; from row 40 on, their gradients soon overflow. */
function wild() {
  const inputs = floats(generator(4), 50 * 5);
  inputs.fill(3e38, 200, 205);
  const labels = new Int32Array(50).map((_, i) => i % 3);
  return data.fromArrays({ inputs, shape: [50, 5], labels });
}

describe('a number that is not finite', () => {
  const last = { shuffle: false, batchSize: 10, epochs: 2 };

  it('ends the run, naming where, with the last checkpoint kept', async () => {
    const inputs = floats(generator(4), 50 * 5);
    inputs[222] = NaN;
    using train = data.fromArrays({ inputs, shape: [50, 5], labels: new Int32Array(50) });
    using trainer = make();
    const folder = newFolder();
    const { code, path, received, remedy } = await failure(() =>
      trainer.fit(train, { ...last, checkpoint: { folder, ...everyStep } }),
    );
    expect([code, path]).toEqual(['NONFINITE', 'gradient dense1.weight[0]']);
    expect(received).toBe(
      'NaN at step 5, batch 4 of its epoch: rows 40, 41, 42, 43, 44, 45, 46, 47 and 2 more; the data of row 44 are not finite',
    );
    expect(remedy).toBe('mend or leave out row 44 of the data set');
    using other = make();
    expect(await other.resume(folder)).toMatchObject({ step: 4, stepInEpoch: 4 });
  });

  it('names the rows whose labels are not finite, and none where all data are', async () => {
    const labels = new Float32Array(50 * 3);
    const received = async (): Promise<string> => {
      using train = data.fromArrays({ inputs: new Float32Array(250), shape: [50, 5], labels });
      using trainer = make({ loss: 'meanSquaredError' });
      return (await failure(() => trainer.fit(train, { epochs: 1, batchSize: 50 }))).received;
    };
    labels.fill(NaN, 6, 36);
    labels[149] = -Infinity;
    expect(await received()).toMatch(
      / 42 more; the data of rows (\d+, ){7}\d+ and 3 more are not finite$/,
    );
    labels.fill(3e38);
    expect(await received()).toMatch(/ 42 more$/);
  });

  it('sends a run with rollback back to its last checkpoint, n times, with lower rates', async () => {
    using train = wild();
    // Without a tanh, which would saturate, the gradient of the weights is as large as the inputs.
    const linear = nn.sequential({ input: [5] }, nn.dense(3));
    using trainer = make({ model: linear, optimizer: optim.sgd({ learningRate: 1e30 }) });
    const events: TrainEvent[] = [];
    const error = await failure(() =>
      trainer.fit(train, {
        ...last,
        checkpoint: {
          folder: newFolder(),
          everyEpochs: 1,
          rollback: { times: 4, rateFactor: 0.1 },
        },
        onEvent: (event) => events.push(event),
      }),
    );
    expect(error.code).toBe('NONFINITE');
    const warnings = events.filter((event) => event.type === 'warning');
    expect(warnings.map(({ code }) => code)).toEqual(Array(4).fill('ROLLBACK'));
    expect(warnings[1]!.message).toMatch(/: back to step 0, with 0\.01\d* of the learning rate$/);
  });

  it('is outlived where the lower rate cures it, and the rate stays lower', async () => {
    const random = generator(1);
    using train = data.fromArrays({
      inputs: floats(random, 400, 10),
      shape: [100, 4],
      labels: floats(random, 100),
    });
    const linear = nn.sequential({ input: [4] }, nn.dense(1));
    using trainer = make({
      model: linear,
      loss: 'meanSquaredError',
      optimizer: optim.sgd({ learningRate: 1 }),
    });
    const history = await trainer.fit(train, {
      epochs: 30,
      batchSize: 10,
      checkpoint: {
        folder: newFolder(),
        everyEpochs: 1,
        waits: true,
        rollback: { times: 10, rateFactor: 0.01 },
      },
    });
    expect(history.epochs.length).toBe(30);
    expect(history.epochs.at(-1)!.learningRate).toBeLessThanOrEqual(0.01);
    expect(history.epochs.at(-1)!.loss).toBeLessThan(history.epochs[0]!.loss);
  });
});

describe('going back', () => {
  const back = { everyEpochs: 1, waits: true, keepLast: 99, rollback: { times: 9 } };
  const sgd = { optimizer: optim.sgd({ learningRate: 0.01 }) };
  const stepIn = (name: string): number => Number(/step-(\d+)/.exec(name)![1]);
  /** Returns the steps that a run went back to, from its warnings. */
  const wentBack =
    (steps: number[]) =>
    (event: TrainEvent): void => {
      if (event.type === 'warning' && event.code === 'ROLLBACK')
        steps.push(Number(/back to step (\d+)/.exec(event.message)![1]));
    };
  /** Makes the weights overflow soon, once. */
  const breakOnce = (epoch: number): callbacks.Callback => {
    let isBroken = false;
    return {
      name: 'break',
      epoch: (event, run) => {
        if (event.epoch !== epoch || isBroken) return;
        isBroken = true;
        const weights = run.weights();
        weights['dense2.weight']!.fill(3.4e38); // no sum of two or more of them is finite
        run.setWeights(weights);
      },
    };
  };

  it('leads to files of this run only', async () => {
    using train = classes();
    using trainer = make(sgd);
    const folder = newFolder();
    await trainer.fit(train, { ...options, epochs: 2, checkpoint: { folder, ...everyStep } });
    const steps: number[] = [];
    const history = await trainer.fit(train, {
      ...options,
      epochs: 3,
      checkpoint: { folder, everyEpochs: 10, rollback: {} },
      callbacks: [breakOnce(3)],
      onEvent: wentBack(steps),
    });
    expect(steps).toEqual([14]);
    expect([history.reason, history.epochs.map(({ epoch }) => epoch)]).toEqual([
      'completed',
      [2, 3, 4],
    ]);
  });

  it.each(['new', 'continue'] as const)(
    "does not jump to a branch that was left (run: '%s')",
    async (run) => {
      using train = classes();
      using first = make(sgd);
      const folder = newFolder();
      await first.fit(train, { ...options, epochs: 3, checkpoint: { folder, ...everyStep } });
      const oldest = checkpointsIn(folder).find((name) => stepIn(name) === 8)!;
      using trainer = make(sgd);
      await trainer.resume(join(folder, oldest), { run });
      const steps: number[] = [];
      await trainer.fit(train, {
        ...options,
        epochs: 3,
        onEvent: wentBack(steps),
        callbacks: [breakOnce(1)],
        checkpoint: { folder, everyEpochs: 10, keepLast: 99, rollback: {} },
      });
      expect(steps).toEqual([8]);
      // A killed run must find the checkpoint that it went back to as its newest.
      const after = checkpointsIn(folder).map(stepIn);
      expect(after.slice(after.indexOf(21)).includes(8)).toBe(true);
    },
  );

  it('leads to the same file where the run was resumed in between', async () => {
    using train = classes();
    const folder = newFolder();
    const given = { ...options, epochs: 4 };
    using whole = make(sgd);
    const undisturbed: number[] = [];
    await whole.fit(train, {
      ...given,
      checkpoint: { folder: newFolder(), ...back },
      callbacks: [breakOnce(1), { ...breakOnce(2), name: 'again' }],
      onEvent: wentBack(undisturbed),
    });
    using first = make(sgd);
    const stop = new AbortController();
    const steps: number[] = [];
    await first.fit(train, {
      ...given,
      checkpoint: { folder, ...back },
      signal: stop.signal,
      callbacks: [breakOnce(1)],
      onEvent: (event) => {
        wentBack(steps)(event);
        if (event.type === 'epoch' && event.epoch === 1 && steps.length > 0) stop.abort();
      },
    });
    using second = make(sgd);
    await second.resume(folder);
    await second.fit(train, {
      ...given,
      checkpoint: { folder, ...back },
      callbacks: [breakOnce(2)],
      onEvent: wentBack(steps),
    });
    expect(undisturbed.length).toBeGreaterThan(2);
    expect(steps).toEqual(undisturbed);
    // The next stop still knows which files led to an overflow.
    const newest = join(folder, checkpointsIn(folder).at(-1)!);
    const { state } = await inspectWhole(newest);
    const { files: before, tried } = state.run!.back!;
    expect(tried.length).toBeGreaterThan(1);
    const plan = planCheckpoints('checkpoint', { folder, ...back }, false);
    const resumed = { run: state.run!, callbacks: {}, file: newest };
    const kept = await KeptFiles.open(plan, { lineage: state.lineage, resumed });
    const untried = before.filter((name) => !tried.includes(name)).reverse();
    expect(kept.toGoBackTo().map((file) => basename(file))).toEqual([
      basename(newest),
      ...untried,
      ...tried.toReversed(),
    ]);
  });

  it.each([
    ['the older ones leads to the newest again', 14, 'NONFINITE', undefined, [14, 14]],
    ['all says what sent the run back', 99, 'CHECKSUM', 'NONFINITE', []],
  ])('with damage in %s', async (_, below, code, cause, expected) => {
    using train = classes();
    using trainer = make(sgd);
    const folder = newFolder();
    const steps: number[] = [];
    const error = await failure(() =>
      trainer.fit(train, {
        ...options,
        callbacks: [breakOnce(1)],
        checkpoint: { folder, everyEpochs: 1, waits: true, rollback: { times: 2 } },
        onEvent: (event) => {
          wentBack(steps)(event);
          if (event.type !== 'checkpoint') return;
          for (const name of checkpointsIn(folder))
            if (stepIn(name) < below) truncateSync(join(folder, name), 100);
        },
      }),
    );
    expect([error.code, (error.cause as { code?: string } | undefined)?.code]).toEqual([
      code,
      cause,
    ]);
    expect(steps).toEqual(expected);
  });
});

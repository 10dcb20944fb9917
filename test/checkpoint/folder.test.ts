/** The folder of a run: its lock, the files that stay, failed writes, and going back. */
import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type FitOptions,
  type TrainEvent,
  callbacks,
  checkpoint,
  data,
  nn,
  optim,
} from '../../src/index.js';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { KeptFiles } from '../../src/checkpoint/kept.js';
import { planCheckpoints } from '../../src/checkpoint/options.js';
import { identify } from '../../src/checkpoint/resumed.js';
import { files } from '../../src/io/files.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { classes, endOf, everyStep, make } from './runs.js';

const options = { epochs: 4, batchSize: 8 };
const checkpointsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name !== '.lock');
const real = { ...files };
afterEach(() => {
  Object.assign(files, real);
});

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'write' });
}

describe('a folder', () => {
  it('keeps the last ones', async () => {
    using train = classes();
    using trainer = make();
    const folder = join(newFolder(), 'made', 'on', 'the', 'way');
    const { checkpoint: last } = await trainer.fit(train, {
      ...options,
      checkpoint: { folder, ...everyStep, keepLast: 2 },
    });
    const names = checkpointsIn(folder);
    expect(names.map((name) => /step-\d+/.exec(name)![0])).toEqual(['step-28', 'step-28']);
    expect(last).toBe(join(folder, names[1]!));
  });

  it('keeps the best ones of the epochs besides', async () => {
    using train = classes();
    using validation = classes(30, 5);
    using trainer = make({ optimizer: optim.adam({ learningRate: 0.3 }) });
    const folder = newFolder();
    const { epochs } = await trainer.fit(train, {
      epochs: 8,
      batchSize: 8,
      validation,
      checkpoint: { folder, ...everyStep, keepLast: 1, keepBest: 2 },
    });
    const best = epochs
      .map(({ epoch, validation: { loss } = { loss: NaN } }) => ({ epoch, loss }))
      .sort((a, b) => a.loss - b.loss)
      .slice(0, 2)
      .map(({ epoch }) => epoch + 1);
    const states = await Promise.all(
      checkpointsIn(folder).map((name) => checkpoint.inspect(join(folder, name))),
    );
    const kept = states.map(({ state }) => state.history.length);
    expect(kept.sort()).toEqual([...new Set([...best, 8])].sort());
  });

  it('has one writer, who is named; the lock ends with the run', async () => {
    using train = classes();
    using first = make();
    using second = make();
    const folder = newFolder();
    const given = { ...options, checkpoint: { folder } };
    const running = first.fit(train, { ...given, epochs: 200 });
    await new Promise<void>((resolve) => {
      void (async () => {
        for await (const { type } of running) if (type === 'start') resolve();
      })();
    });
    const { code, received } = await failure(() => second.fit(train, given));
    expect([code, received]).toEqual([
      'LOCKED',
      expect.stringContaining(`a lock of process ${process.pid}`),
    ]);
    expect(second.steps).toBe(0);
    await running;
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe('');
    expect((await failure(() => second.fit(train, given))).code).toBe('MISMATCH');
  });

  it('is refused if it belongs to another run, unless that run is resumed', async () => {
    using train = classes();
    using first = make();
    using second = make();
    const folder = newFolder();
    const given = { ...options, checkpoint: { folder } };
    await first.fit(train, given);
    const before = checkpointsIn(folder);
    const { code, path } = await failure(() => second.fit(train, given));
    expect([code, path]).toEqual(['MISMATCH', 'fit.checkpoint.folder']);
    expect([checkpointsIn(folder), second.steps]).toEqual([before, 0]);
    await second.resume(folder);
    await second.fit(train, { ...given, epochs: 5 });
    await first.fit(train, given); // the same trainer goes on in its own folder
    expect(checkpointsIn(folder).length).toBe(3);
  });

  it('is swept of what cut-off writes left, and of nothing else', async () => {
    using train = classes();
    using trainer = make();
    const folder = newFolder();
    const left = '.checkpoint-000001-step-1.safetensors.99.0.tmp';
    writeFileSync(join(folder, left), 'half');
    writeFileSync(join(folder, 'notes.tmp'), 'mine');
    await trainer.fit(train, { ...options, checkpoint: { folder } });
    expect(checkpointsIn(folder)).not.toContain(left);
    expect(checkpointsIn(folder)).toContain('notes.tmp');
  });

  it('knows the data from the start: it may be disposed of in the last epoch', async () => {
    const rows = classes(20_000);
    using trainer = make();
    let isDisposed = false;
    const { reason, checkpoint: last } = await trainer.fit(rows, {
      epochs: 1,
      batchSize: 2,
      checkpoint: { folder: newFolder() },
      onEvent: ({ type }) => {
        if (type !== 'progress') return;
        rows.dispose();
        isDisposed = true;
      },
    });
    expect([reason, isDisposed]).toEqual(['completed', true]);
    using same = classes(20_000);
    const { state } = await inspectWhole(last!);
    expect(state.run!.dataset).toBe(await identify(same));
  });

  it('is UNSAFE_PATH if it is a file, and MISSING if it lies below a file', async () => {
    using train = classes();
    using trainer = make();
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const code = async (folder: string) =>
      (await failure(() => trainer.fit(train, { ...options, checkpoint: { folder } }))).code;
    expect(await code(file)).toBe('UNSAFE_PATH');
    expect(await code(join(file, 'below'))).toBe('MISSING');
    expect(trainer.steps).toBe(0);
  });
});

describe('a disk that is full', () => {
  const checkpointing = (folder: string): FitOptions => ({
    ...options,
    checkpoint: { folder, ...everyStep, everyEpochs: 2 },
  });

  it('warns where it ends after a while, and the run goes on in the same bits', async () => {
    using train = classes();
    using plain = make();
    const expected = endOf(plain, await plain.fit(train, options));
    let opened = 0;
    files.open = (async (path: string, flags: string) => {
      if (flags === 'wx' && ++opened > 3 && opened < 10) throw systemError('ENOSPC');
      return real.open(path, flags);
    }) as typeof files.open;
    using trainer = make();
    const folder = newFolder();
    const events: TrainEvent[] = [];
    const onEvent = (event: TrainEvent): void => void events.push(event);
    const history = await trainer.fit(train, { ...checkpointing(folder), onEvent });
    expect(endOf(trainer, history)).toEqual(expected);
    const warnings = events.filter(({ type }) => type === 'warning');
    const warning = {
      code: 'CHECKPOINT',
      message: expect.stringContaining('a full disk') as string,
    };
    expect(warnings).toMatchObject(Array(6).fill(warning)); // each attempt warns
    expect(checkpointsIn(folder).some((name) => name.endsWith('.tmp'))).toBe(false);
    using resumed = make();
    expect((await resumed.resume(folder))?.step).toBe(28);
  });

  it.each([
    ['ENOSPC', 'NO_SPACE'],
    ['EROFS', 'PERMISSION'],
  ])(
    'fails the run at its end where it stays (%s), as %s; the weights are there',
    async (name, code) => {
      using train = classes();
      using trainer = make();
      files.open = (() => Promise.reject(systemError(name))) as typeof files.open;
      expect((await failure(() => trainer.fit(train, checkpointing(newFolder())))).code).toBe(code);
      expect(trainer.steps).toBe(28);
    },
  );

  it.each(['write', 'sync', 'close'])('leaves no half file if %s fails', async (method) => {
    using trainer = make();
    const file = join(newFolder(), 'file.safetensors');
    await trainer.save(file);
    const before = readFileSync(file);
    files.open = (async (path: string, flags: string) => {
      const handle = await real.open(path, flags);
      if (flags === 'wx')
        vi.spyOn(handle, method as 'sync').mockImplementationOnce(async () => {
          if (method === 'close') await real.rm(path);
          throw systemError('ENOSPC');
        });
      return handle;
    }) as typeof files.open;
    expect((await failure(() => trainer.save(file))).code).toBe('NO_SPACE');
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(checkpointsIn(join(file, '..'))).toEqual(['file.safetensors']);
  });

  it('a rename that fails, as over a network, leaves the old file', async () => {
    using trainer = make();
    const file = join(newFolder(), 'file.safetensors');
    await trainer.save(file);
    files.rename = () => Promise.reject(systemError('EIO'));
    await expect(trainer.save(file)).rejects.toThrow('EIO');
    expect(checkpointsIn(join(file, '..'))).toEqual(['file.safetensors']);
    expect((await checkpoint.inspect(file)).state.steps).toBe(0);
  });
});

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

describe('wrong options', () => {
  it('bestBy is MISSING where the run does not measure it', async () => {
    using train = classes();
    using trainer = make();
    const folder = join(newFolder(), 'none');
    const { code, path } = await failure(() =>
      trainer.fit(train, {
        ...options,
        checkpoint: { folder, keepBest: 2, bestBy: 'validation.accuracy' },
      }),
    );
    expect([code, path, existsSync(folder)]).toEqual(['MISSING', 'fit.validation', false]);
  });

  it.each([
    [{}, 'TYPE', 'fit.checkpoint.folder'],
    [{ folder: 'x', everySteps: 0 }, 'RANGE', 'fit.checkpoint.everySteps'],
    [{ folder: 'x', everyMinutes: 0 }, 'RANGE', 'fit.checkpoint.everyMinutes'],
    [{ folder: 'x', everyEpochs: 1.5 }, 'TYPE', 'fit.checkpoint.everyEpochs'],
    [{ folder: 'x', keepLast: 0 }, 'RANGE', 'fit.checkpoint.keepLast'],
    [{ folder: 'x', keepBest: -1 }, 'RANGE', 'fit.checkpoint.keepBest'],
    [{ folder: 'x', bestBy: 'f1' }, 'RANGE', 'fit.checkpoint.bestBy'],
    [{ folder: 'x', signals: 'save' }, 'RANGE', 'fit.checkpoint.signals'],
    [{ folder: 'x', waits: 1 }, 'TYPE', 'fit.checkpoint.waits'],
    [{ folder: 'x', every: 1 }, 'UNKNOWN_OPTION', 'fit.checkpoint.every'],
    [{ folder: 'x', rollback: { times: 0 } }, 'RANGE', 'fit.checkpoint.rollback.times'],
    [{ folder: 'x', rollback: { rateFactor: 1 } }, 'RANGE', 'fit.checkpoint.rollback.rateFactor'],
  ])('%j is %s', async (given, code, path) => {
    using train = classes();
    using trainer = make();
    const error = await failure(() =>
      trainer.fit(train, { ...options, checkpoint: given as never }),
    );
    expect([error.code, error.path]).toEqual([code, path]);
  });
});

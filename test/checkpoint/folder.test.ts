/** The folder of a run: its lock, the files that stay, and wrong options. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpoint, optim } from '../../src/index.js';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { identify } from '../../src/checkpoint/resumed.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { classes, everyStep, make } from './runs.js';
import { checkpointsIn, options } from './folders.js';

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

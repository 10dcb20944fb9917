/** Every log follows its run: a resumed run, a cut-off file, a full disk, a run that goes back. */
import {
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callbacks } from '../../src/index.js';
import { restoreCallbacks } from '../../src/run/restore.js';
import { saveCallbacks } from '../../src/run/saved-state.js';
import type { SavedCallback } from '../../src/run/callback.js';
import { failure } from '../oracle/failure.js';
import { eventsOf, fit, folder, linesOf, make, rowsOf, train } from './log-runs.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  return { ...real, open: vi.fn(real.open) };
});

const logs = [
  ['csvLog', (place: string) => callbacks.csvLog({ file: join(place, 'log') })],
  ['jsonLog', (place: string) => callbacks.jsonLog({ file: join(place, 'log') })],
  ['tensorBoard', (place: string) => callbacks.tensorBoard({ folder: place, every: Infinity })],
] as const;

describe.each(logs)('%s', (name, open) => {
  const bytesOf = (place: string): Buffer => readFileSync(join(place, readdirSync(place)[0]!));

  /** Returns the epochs in the log, from 0. */
  const epochsOf = (place: string): unknown[] => {
    if (name === 'csvLog')
      return rowsOf(join(place, 'log'))
        .slice(1)
        .map(([epoch]) => Number(epoch));
    if (name === 'jsonLog')
      return linesOf(join(place, 'log'))
        .filter(({ type }) => type === 'epoch')
        .map(({ epoch }) => epoch);
    return eventsOf(place)
      .filter(({ scalars }) => 'epoch/loss' in scalars)
      .map(({ step }) => step - 1);
  };

  it('resumed, goes on where its checkpoint was, without what came later', async () => {
    const place = folder();
    using trainer = make();
    let saved: Record<string, SavedCallback> = {};
    let length = 0;
    const log = open(place);
    const checkpoint = callbacks.listener('checkpoint', (event) => {
      if (event.type !== 'epoch' || event.epoch !== 0) return;
      saved = structuredClone(saveCallbacks([log]));
      const state = saved[name]!.state as { bytes?: number; log?: { bytes: number } };
      length = (state.log ?? state).bytes!;
    });
    await trainer.fit(train, { epochs: 3, callbacks: [log, checkpoint] });
    const whole = bytesOf(place);
    const again = open(place);
    restoreCallbacks([again], saved);
    await trainer.fit(train, { epochs: 1, callbacks: [again] });
    expect(readdirSync(place)).toHaveLength(1);
    const now = bytesOf(place);
    expect(length).toBeGreaterThan(0);
    expect(now.subarray(0, length).equals(whole.subarray(0, length))).toBe(true);
    expect(now.length).toBeLessThan(whole.length);
    expect(now.length).toBeGreaterThan(length);
  });

  it('cut off by a power cut, goes on behind what is whole, and says so', async () => {
    const place = folder();
    const checkpoint = { folder: folder() };
    using trainer = make();
    await trainer.fit(train, { epochs: 3, checkpoint, callbacks: [open(place)] });
    const file = join(place, readdirSync(place)[0]!);
    truncateSync(file, statSync(file).size - 8); // cuts into the row of the last epoch, or of the end
    using resumed = make();
    await resumed.resume(checkpoint.folder);
    const warnings: unknown[] = [];
    await resumed.fit(train, {
      epochs: 5,
      checkpoint,
      callbacks: [open(place)],
      onEvent: (event) => event.type === 'warning' && warnings.push(event.code),
    });
    expect(warnings).toEqual([`LOG.${name}`]);
    expect(epochsOf(place)).toEqual(name === 'jsonLog' ? [0, 1, 2, 3, 4] : [0, 1, 3, 4]);
  });

  it('cut off, and gone on with by another run, has no half a row either', async () => {
    const place = folder();
    const checkpoint = { folder: folder() };
    using trainer = make();
    await trainer.fit(train, { epochs: 3, checkpoint, callbacks: [open(place)] });
    const file = join(place, readdirSync(place)[0]!);
    truncateSync(file, statSync(file).size - 8);
    using next = make();
    await next.resume(checkpoint.folder, { run: 'new' });
    const warnings: unknown[] = [];
    await next.fit(train, {
      epochs: 2,
      callbacks: [open(place)],
      onEvent: (event) => event.type === 'warning' && warnings.push(event.code),
    });
    if (name === 'tensorBoard') return; // it begins a file of its own
    expect(warnings).toEqual([`LOG.${name}`]);
    expect(epochsOf(place)).toEqual(name === 'jsonLog' ? [0, 1, 2, 3, 4] : [0, 1, 3, 4]);
  });

  it('makes its folder, and those around it, when the run begins', async () => {
    using trainer = make();
    const place = join(folder(), 'of', 'this', 'run');
    const log = open(place);
    expect(existsSync(place)).toBe(false);
    await trainer.fit(train, { epochs: 2, callbacks: [log] });
    expect(epochsOf(place)).toEqual([0, 1]);
  });

  it('below a file, or a link to nowhere, ends the run before its first step', async () => {
    using trainer = make();
    const around = folder();
    writeFileSync(join(around, 'file'), 'kept');
    symlinkSync(join(around, 'nowhere'), join(around, 'link'));
    for (const place of [join(around, 'file'), join(around, 'file', 'in'), join(around, 'link')]) {
      const { code, path } = await failure(() =>
        trainer.fit(train, { epochs: 1, callbacks: [open(place)] }),
      );
      expect([code, trainer.steps]).toEqual(['MISSING', 0]);
      expect(path).toContain(place);
    }
    expect(readdirSync(around).sort()).toEqual(['file', 'link']);
    expect(readFileSync(join(around, 'file'), 'utf8')).toBe('kept');
  });

  it('ends the run by name on a full disk, and leaves whole lines', async () => {
    using trainer = make();
    const place = folder();
    const log = open(place);
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    let length = 0;
    // The row of the second epoch fails during the third.
    const breaker = callbacks.listener('breaker', async (event) => {
      if (event.type !== 'epoch' || event.epoch > 0) return;
      await log.flush!();
      length = statSync(join(place, readdirSync(place)[0]!)).size;
      const opened = vi.mocked(promises.open).getMockImplementation()!;
      vi.mocked(promises.open).mockImplementationOnce(async (...given) => {
        const handle = await opened(...given);
        const write = handle.appendFile.bind(handle);
        handle.appendFile = async (bytes) => {
          await write((bytes as Buffer).subarray(0, 5));
          throw full;
        };
        return handle;
      });
    });
    const { code, path } = await failure(() =>
      trainer.fit(train, { epochs: 9, callbacks: [log, breaker] }),
    );
    expect([code, trainer.epochs]).toEqual(['NO_SPACE', 3]);
    expect(path).toContain(place);
    expect(statSync(path).size).toBe(length);
    expect((await fit(open(place), trainer)).length).toBe(2);
  });

  describe('beside a run', () => {
    /** Makes a callback that calls `body` at an epoch, before the log. */
    const at = (epoch: number, body: (run: callbacks.RunControl) => void) =>
      callbacks.listener(`at ${epoch}`, (event, run) => {
        if (event.type === 'epoch' && event.epoch === epoch) body(run);
      });
    const real = vi.mocked(promises.open).getMockImplementation()!;
    afterEach(() => {
      vi.mocked(promises.open).mockImplementation(real);
    });
    /** Calls `body` before each opening of a file in `place`. */
    const beforeOpening = (
      place: string,
      body: (flags: unknown) => Promise<void> | undefined,
    ): void => {
      vi.mocked(promises.open).mockImplementation(async (...given) => {
        if (String(given[0]).startsWith(place)) await body(given[1]);
        return real(...given);
      });
    };
    const fill = (place: string): void => {
      const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      beforeOpening(place, (flags) => (flags === 'a' ? Promise.reject(full) : undefined));
    };

    it('holds every epoch once after the run went back to a checkpoint, in this fit and later ones', async () => {
      using trainer = make();
      const place = folder();
      const kept = folder();
      const log = open(place);
      let broken = 0;
      const breaker = at(2, (run) => {
        const weights = Object.entries(run.weights());
        if (broken++ === 0)
          run.setWeights(Object.fromEntries(weights.map(([key, all]) => [key, all.fill(3e38)])));
      });
      const checkpoint = { folder: kept, everyEpochs: 2, rollback: { times: 1 } };
      const given = { epochs: 5, checkpoint };
      await trainer.fit(train, { ...given, callbacks: [breaker, log] });
      expect([broken, epochsOf(place)]).toEqual([2, [0, 1, 2, 3, 4]]);
      await trainer.fit(train, { epochs: 2, callbacks: [breaker, log] });
      expect(epochsOf(place)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      using again = make();
      expect(await again.resume(kept)).toMatchObject({ epoch: 5 });
      await again.fit(train, { ...given, callbacks: [breaker, open(place)] });
      expect(epochsOf(place)).toEqual([0, 1, 2, 3, 4]);
    });

    it('is in no checkpoint with a row that it could not write', async () => {
      using trainer = make();
      const place = folder();
      const kept = folder();
      const given = { epochs: 4, checkpoint: { folder: kept, everyEpochs: 1, waits: true } };
      const filler = at(1, () => {
        fill(place);
      });
      const { code } = await failure(() =>
        trainer.fit(train, { ...given, callbacks: [filler, open(place)] }),
      );
      expect(code).toBe('NO_SPACE');
      vi.mocked(promises.open).mockImplementation(real);
      using again = make();
      expect(await again.resume(kept)).toMatchObject({ epoch: 1 });
      await again.fit(train, { ...given, callbacks: [open(place)] });
      expect(epochsOf(place)).toEqual([0, 1, 2, 3]);
    });

    it('keeps the last row of a run that failed, and leaves no error to the next run', async () => {
      using trainer = make();
      const place = folder();
      const log = open(place);
      const thrower = callbacks.listener('thrower', ({ type }) => {
        if (type === 'epoch') throw new Error('otherwise');
      });
      const run = { epochs: 1, callbacks: [log, thrower] };
      const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
      const slower = at(0, () => {
        beforeOpening(place, slow);
      });
      const first = { epochs: 1, callbacks: [slower, log, thrower] };
      await expect(trainer.fit(train, first)).rejects.toThrow('otherwise');
      expect(epochsOf(place)).toEqual([0]);
      const filler = at(1, () => {
        fill(place);
      });
      const second = { epochs: 1, callbacks: [filler, log, thrower] };
      await expect(trainer.fit(train, second)).rejects.toThrow('otherwise');
      vi.mocked(promises.open).mockImplementation(real);
      await expect(trainer.fit(train, run)).rejects.toThrow('otherwise');
      expect(epochsOf(place)).toEqual([0, 2]);
    });

    it('leaves the last checkpoint if it fails at the end of a run', async () => {
      using trainer = make();
      const place = folder();
      const kept = folder();
      const filler = at(1, (run) => {
        fill(place);
        run.stop('enough');
      });
      const { code } = await failure(() =>
        trainer.fit(train, {
          epochs: 4,
          callbacks: [filler, open(place)],
          checkpoint: { folder: kept, everyEpochs: 100 },
        }),
      );
      expect(code).toBe('NO_SPACE');
      using again = make();
      expect(await again.resume(kept)).toMatchObject({ epoch: 2 });
    });
  });

  it('refuses states that are none', async () => {
    const log = open(folder());
    for (const state of [null, {}, { bytes: -1 }, { file: '../x', log: { bytes: 0 } }])
      expect((await failure(() => log.restore!(state, {}))).path).toContain(`callbacks.${name}`);
  });
});

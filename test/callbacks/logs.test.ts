import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import * as promises from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Trainer, callbacks, data, nn, optim } from '../../src/index.js';
import { restoreCallbacks } from '../../src/run/restore.js';
import { saveCallbacks } from '../../src/run/saved-state.js';
import type { SavedCallback } from '../../src/run/callback.js';
import { crc32c } from '../../src/io/crc32c.js';
import { scalarRecord, versionRecord } from '../../src/io/event-record.js';
import { readEventFile, slowCrc32c } from '../oracle/event-file.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { canImport, python } from '../python.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  return { ...real, open: vi.fn(real.open) };
});

const folder = newFolder;
const hasTensorBoard = canImport('tensorboard');

const random = generator(1);
const train = data.fromArrays({
  inputs: floats(random, 200 * 4),
  shape: [200, 4],
  labels: Int32Array.from({ length: 200 }, () => Math.floor(random() * 3)),
});
const make = (): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [4] }, nn.dense(3)),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
  });

/** Trains two epochs and returns their records. */
async function fit(callback: callbacks.Callback, trainer = make()) {
  const options = { epochs: 2, validation: train, callbacks: [callback] };
  return (await trainer.fit(train, options)).epochs;
}

const rowsOf = (file: string): string[][] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const eventsOf = (place: string) =>
  readEventFile(readFileSync(join(place, readdirSync(place)[0]!)));

describe('csvLog', () => {
  it('writes each epoch as a row that reads back exactly', async () => {
    const file = join(folder(), 'log.csv');
    const epochs = await fit(callbacks.csvLog({ file }));
    const [header, ...rows] = rowsOf(file);
    expect(header).toEqual([
      'epoch',
      'loss',
      'accuracy',
      'smoothedLoss',
      'learningRate',
      'gradientNorm',
      'seconds',
      'examplesPerSecond',
      'skippedSteps',
      'validation.loss',
      'validation.accuracy',
    ]);
    expect(rows.map((row) => row.map(Number))).toEqual(
      epochs.map((epoch) => [
        epoch.epoch,
        epoch.loss,
        epoch.accuracy,
        epoch.smoothedLoss,
        epoch.learningRate,
        epoch.gradientNorm,
        epoch.seconds,
        epoch.examplesPerSecond,
        epoch.skippedSteps,
        epoch.validation!.loss,
        epoch.validation!.accuracy,
      ]),
    );
  });

  it('replaces the file of an older trainer, and adds to that of its own', async () => {
    const file = join(folder(), 'log.csv');
    writeFileSync(file, 'something else');
    using trainer = make();
    await fit(callbacks.csvLog({ file }), trainer);
    await trainer.fit(train, { epochs: 1, callbacks: [callbacks.csvLog({ file })] });
    const [header, ...rows] = rowsOf(file);
    expect(rows.map(([epoch]) => epoch)).toEqual(['0', '1', '2']);
    expect(rows[2]).toHaveLength(header!.length);
    expect(rows[2]!.slice(-2)).toEqual(['', '']); // no validation this time
  });

  it('is on the disk, with its name, before a checkpoint counts on it', async () => {
    const file = join(folder(), 'log');
    const done: string[] = [];
    const real = vi.mocked(promises.open).getMockImplementation()!;
    vi.mocked(promises.open).mockImplementation(async (path, flags) => {
      const handle = await real(path, flags);
      const note = (method: 'appendFile' | 'sync', as: string): void => {
        const original = handle[method].bind(handle) as (...given: unknown[]) => Promise<void>;
        vi.spyOn(handle, method).mockImplementation(async (...given: unknown[]) => {
          await original(...given);
          done.push(as);
        });
      };
      if (path === file) note('appendFile', 'row');
      if (path === file) note('sync', 'synced');
      if (path === dirname(file)) note('sync', 'named');
      return handle;
    });
    let before: string[] = [];
    using trainer = make();
    await trainer.fit(train, {
      epochs: 1,
      callbacks: [callbacks.csvLog({ file })],
      checkpoint: { folder: folder(), everyEpochs: 1, waits: true },
      onEvent: ({ type }) => {
        if (type === 'checkpoint') before = [...done];
      },
    });
    vi.mocked(promises.open).mockImplementation(real);
    expect(before).toEqual(['row', 'synced', 'named']);
    expect(done).toEqual(before); // once
  });
});

describe('jsonLog', () => {
  it('writes each event as a line', async () => {
    const file = join(folder(), 'log.jsonl');
    const epochs = await fit(callbacks.jsonLog({ file }));
    const lines = linesOf(file);
    expect(lines.map(({ type }) => type)).toEqual(['start', 'epoch', 'epoch', 'end']);
    expect(lines.slice(1, 3)).toEqual(
      epochs.map((epoch) => expect.objectContaining(epoch) as unknown),
    );
    const times = lines.map(({ time }) => time as number);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.abs(times[0]! - Date.now())).toBeLessThan(60_000);
  });

  it('writes progress if told to', async () => {
    const file = join(folder(), 'log.jsonl');
    await fit(callbacks.jsonLog({ file, progress: true }));
    expect(linesOf(file).filter(({ type }) => type === 'progress').length).toBeGreaterThan(0);
  });
});

describe('tensorBoard', () => {
  it('writes every scalar at its step', async () => {
    const place = folder();
    const epochs = await fit(callbacks.tensorBoard({ folder: place, every: 0 }));
    const [version, ...events] = eventsOf(place);
    expect(version).toMatchObject({ version: 'brain.Event:2', step: 0 });
    const ofEpochs = events.filter(({ scalars }) => 'epoch/loss' in scalars);
    expect(ofEpochs.map(({ step }) => step)).toEqual([1, 2]);
    for (const [i, { scalars }] of ofEpochs.entries()) {
      expect(scalars['epoch/loss']).toBe(Math.fround(epochs[i]!.loss));
      expect(scalars['validation/accuracy']).toBe(Math.fround(epochs[i]!.validation!.accuracy!));
      expect(scalars['epoch/learningRate']).toBe(Math.fround(1e-3));
    }
    const within = events.filter(({ scalars }) => 'step/learningRate' in scalars);
    expect(within.length).toBeGreaterThan(0);
    expect(within.every(({ step }) => step >= 1 && step <= 14)).toBe(true);
  });

  it('has a file of its own in each thread', async () => {
    const place = folder();
    for (let thread = 0; thread < 2; thread++) {
      vi.resetModules(); // a thread has modules of its own
      const { tensorBoard } = await import('../../src/callbacks/tensor-board.js');
      await fit(tensorBoard({ folder: place, every: Infinity }));
    }
    expect(readdirSync(place).length).toBe(2);
  });

  it('writes nothing within epochs if told so', async () => {
    const place = folder();
    await fit(callbacks.tensorBoard({ folder: place, every: Infinity }));
    expect(eventsOf(place)).toHaveLength(3);
  });

  it.skipIf(!hasTensorBoard)('is read by TensorBoard itself', async () => {
    const place = folder();
    const epochs = await fit(callbacks.tensorBoard({ folder: place, every: Infinity }));
    const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]); events.Reload()
tags = events.Tags()['scalars']
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags}))`;
    const { stdout } = spawnSync(python, ['-c', script, place], { encoding: 'utf8' });
    const read = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number[][]>;
    expect(read['epoch/loss']).toEqual(epochs.map(({ loss }, i) => [i + 1, Math.fround(loss)]));
    expect(read['validation/loss']).toEqual(
      epochs.map(({ validation }, i) => [i + 1, Math.fround(validation!.loss)]),
    );
    expect(Object.keys(read)).toHaveLength(10);
  });
});

describe('event records', () => {
  it('have the checksum of RFC 3720', () => {
    // Appendix B.4, and the check value of the catalogue of CRC algorithms.
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(crc32c(bytes)).toBe(slowCrc32c(bytes));
      }),
    );
  });

  it('read back what was written, whatever it is', () => {
    const scalars = fc.dictionary(fc.string({ minLength: 1 }), fc.float());
    fc.assert(
      fc.property(scalars, fc.nat({ max: Number.MAX_SAFE_INTEGER }), (given, step) => {
        const bytes = Buffer.concat([
          versionRecord(1.5),
          scalarRecord(2.5, step, Object.entries(given)),
        ]);
        expect(readEventFile(bytes)).toEqual([
          { time: 1.5, step: 0, version: 'brain.Event:2', scalars: {} },
          { time: 2.5, step, scalars: { ...given } },
        ]);
      }),
      { examples: [[Object.fromEntries([['__proto__', 1]]), 0]] },
    );
  });

  it('show every damage', () => {
    const bytes = scalarRecord(2.5, 3, [['loss', 0.25]]);
    for (let bit = 64; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => readEventFile(damaged)).toThrow('checksum');
    }
  });
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

it('a log that is no regular file is refused', async () => {
  const file = join(folder(), 'log');
  mkdirSync(file);
  using trainer = make();
  const { code } = await failure(() =>
    trainer.fit(train, { epochs: 1, callbacks: [callbacks.csvLog({ file })] }),
  );
  expect(code).toBe('UNSAFE_PATH');
});

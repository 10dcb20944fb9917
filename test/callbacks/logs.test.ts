/** Each log writes the events of a run in its own format. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { callbacks } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { canImport, python } from '../python.js';
import { eventsOf, fit, folder, linesOf, make, rowsOf, train } from './log-runs.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  return { ...real, open: vi.fn(real.open) };
});

const hasTensorBoard = canImport('tensorboard');

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

it('a log that is no regular file is refused', async () => {
  const file = join(folder(), 'log');
  mkdirSync(file);
  using trainer = make();
  const { code } = await failure(() =>
    trainer.fit(train, { epochs: 1, callbacks: [callbacks.csvLog({ file })] }),
  );
  expect(code).toBe('UNSAFE_PATH');
});

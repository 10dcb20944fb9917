/** A history may be longer than a header, than the arguments of a call, and than a stack. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ThalwegError, checkpoint } from '../../src/index.js';
import { readCheckpoint, writeCheckpoint } from '../../src/checkpoint/file.js';
import { toExactJson } from '../../src/sealed/exact-json.js';
import { decodeHistory, decodeLast } from '../../src/checkpoint/history-text.js';
import type { CheckpointState } from '../../src/checkpoint/state.js';
import type { EpochRecord } from '../../src/run/history.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';
import { forgeHistory } from './forge.js';
import { classes, make } from './runs.js';

/** Makes a checkpoint of a run of two epochs, and the same one with another state. */
async function rewritable() {
  const folder = newFolder();
  using train = classes();
  using trainer = make();
  const options = { epochs: 2, batchSize: 8, checkpoint: { folder } };
  const { checkpoint: file } = await trainer.fit(train, options);
  const pieces: Buffer[] = [];
  const { state, entries } = await readCheckpoint(file!, () => (_, bytes) => {
    pieces.push(Buffer.from(bytes));
  });
  const bytes = Buffer.concat(pieces);
  const write = (changed: Partial<CheckpointState>): Promise<number> =>
    writeCheckpoint(file!, {
      state: { ...state, ...changed },
      entries,
      read: (offset, target) => bytes.copy(target, 0, offset, offset + target.length),
    });
  return { folder, file: file!, state, write };
}

describe('a history', () => {
  it('survives saving and resuming with 125,000 epochs, and the run goes on', async () => {
    const { folder, state, write } = await rewritable();
    const epochs = 125_000;
    const record = state.history[0]!;
    const history = Array.from({ length: epochs }, (_, epoch) => ({ ...record, epoch }));
    history[7] = { ...history[7]!, loss: NaN };
    await write({ history, run: { ...state.run!, epochs } });
    using train = classes();
    using trainer = make();
    expect((await trainer.resume(folder))?.epoch).toBe(epochs);
    const run = await trainer.fit(train, {
      epochs: epochs + 1,
      batchSize: 8,
      checkpoint: { folder },
    });
    expect([run.epochs.length, run.epochs[7]]).toEqual([epochs + 1, history[7]]);
    const saved = (await checkpoint.inspect(run.checkpoint!)).state.history;
    expect(saved.length).toBe(epochs + 1);
    expect(toExactJson(saved.slice(0, epochs)) === toExactJson(history)).toBe(true);
  });

  it('stays out of the header, however large its records are', async () => {
    const { file, state, write } = await rewritable();
    const row = Array.from({ length: 300 }, (_, i) => i);
    const confusionMatrix = Array.from({ length: 300 }, () => row);
    const history: EpochRecord[] = Array.from({ length: 12 }, (_, epoch) => ({
      ...state.history[0]!,
      epoch,
      metrics: { confusionMatrix },
    }));
    await write({ history });
    expect(readFileSync(file).readBigUInt64LE()).toBeLessThan(20_000n);
    expect((await checkpoint.inspect(file)).state.history).toEqual(history);
  });

  it('is a tensor of lines, the last of the file', async () => {
    const { file, state } = await rewritable();
    const { tensors, version } = await checkpoint.inspect(file);
    const bytes = readFileSync(file);
    const text = bytes.subarray(bytes.length - tensors.at(-1)!.shape[0]!).toString();
    expect([version, tensors.at(-1)]).toMatchObject([2, { name: 'history', dtype: 'U8' }]);
    expect(text.endsWith('\n')).toBe(true);
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(state.history);
    expect(bytes.indexOf('"examplesPerSecond"')).toBeGreaterThan(Number(bytes.readBigUInt64LE()));
  });

  it('too long for the header of an older file is read all the same', async () => {
    const { folder, file, state, write } = await rewritable();
    // Format 1 holds the history in a string of 9 MB, most of it escaped quotes.
    const history = Array.from({ length: 40_000 }, () => state.history[0]!);
    await write({ trainer: { ...state.trainer, optimizer: { kind: 'adam', history } } });
    expect(readFileSync(file).readBigUInt64LE()).toBeGreaterThan(9_000_000n);
    using trainer = make();
    expect((await trainer.resume(folder))?.damaged).toEqual([]);
  });
});

describe('the bytes of a history that nobody here wrote', () => {
  const line = '{"epoch":0}\n';
  it.each([
    ['no JSON', 'x\n'],
    ['a number', `${line}5\n`],
    ['null', 'null\n'],
    ['a blank line', `${line}\n`],
    ['a last line without an end', `${line}{"epoch":1}`],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a])],
  ])('%s are refused, of the last line alone, too', async (_, bytes) => {
    const text = Buffer.from(bytes as string);
    await expect(decodeHistory(text, 'file')).rejects.toThrow(ThalwegError);
    expect(() => decodeLast(text, 'file')).toThrow(ThalwegError);
  });

  it('are FORMAT in a file whose checksums are good, and an older file is taken', async () => {
    const { folder, file } = await rewritable();
    copyFileSync(file, join(folder, 'checkpoint-000000-step-0.safetensors'));
    forgeHistory(file, '5\n');
    expect((await failure(() => checkpoint.inspect(file))).code).toBe('FORMAT');
    using trainer = make();
    const resumed = await trainer.resume(folder);
    expect([resumed?.epoch, resumed?.damaged.length]).toEqual([2, 1]);
  });
});

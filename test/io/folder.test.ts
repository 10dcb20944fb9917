/** Tests that folders are made with their missing parents, or refused at once. */
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, callbacks, data, nn, optim } from '../../src/index.js';
import { makeFolder } from '../../src/io/folder.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';

const folder = newFolder();
const isFolder = (path: string): boolean => statSync(path).isDirectory();

describe('a folder', () => {
  it.each(['a', 'b/c/d', 'b/c', 'e/', 'f/../g', './h', 'a'])('is made: %s', async (name) => {
    await makeFolder(join(folder, name));
    expect(isFolder(join(folder, name))).toBe(true);
  });

  it('is made by several at once', async () => {
    const deep = join(folder, 'many/of/them');
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(deep)));
    expect(isFolder(deep)).toBe(true);
  });

  it('may be a link to one', async () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    await makeFolder(join(folder, 'link/inner'));
    expect(isFolder(join(folder, 'real/inner'))).toBe(true);
  });

  it('is refused where a file or a link to nowhere stands', async () => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('/nowhere/at/all', join(folder, 'lost'));
    const refusal = async (name: string): Promise<unknown> =>
      makeFolder(join(folder, name)).catch((error: unknown) => (error as { code: string }).code);
    expect(await refusal('file')).toBe('EEXIST');
    expect(await refusal('file/inner')).toBe('ENOTDIR');
    expect(await refusal('lost')).toBe('EEXIST');
    expect(await refusal('lost/inner')).toBe('EEXIST');
  });
});

describe('a file system that takes no folders is MISSING, not a wait without end', () => {
  const set = data.fromArrays({
    inputs: new Float32Array(4),
    shape: [2, 2],
    labels: new Int32Array(2),
  });
  const model = nn.sequential({ input: [2] }, nn.dense(2));
  const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.sgd() });
  it.each<[string, object]>([
    ['checkpoints', { checkpoint: { folder: '/proc/thalweg' } }],
    ['csvLog', { callbacks: [callbacks.csvLog({ file: '/proc/thalweg/a.csv' })] }],
    ['jsonLog', { callbacks: [callbacks.jsonLog({ file: '/proc/thalweg/a.json' })] }],
    ['tensorBoard', { callbacks: [callbacks.tensorBoard({ folder: '/proc/thalweg' })] }],
  ])('%s', async (_, options) => {
    const { code } = await failure(() => trainer.fit(set, { epochs: 1, ...options }));
    expect([code, trainer.steps]).toEqual(['MISSING', 0]);
  });
});

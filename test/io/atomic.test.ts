import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { writeAtomically } from '../../src/io/atomic.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  return { ...real, open: vi.fn(real.open), rename: vi.fn(real.rename) };
});
const systemError = (code: string): Error => Object.assign(new Error(code), { code });
const bytes = Uint8Array.of(1, 2, 3);

describe('writing atomically', () => {
  const folder = newFolder();
  const file = join(folder, 'file');
  beforeEach(() => {
    writeFileSync(file, 'old');
  });

  it('replaces the file and leaves nothing else', async () => {
    await writeAtomically(file, [bytes, bytes]);
    expect([...readFileSync(file)]).toEqual([1, 2, 3, 1, 2, 3]);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('on a full disk is NO_SPACE, and keeps the old file', async () => {
    vi.mocked(promises.rename).mockRejectedValueOnce(systemError('ENOSPC'));
    const { code, path } = await failure(() => writeAtomically(file, [bytes]));
    expect([code, path]).toEqual(['NO_SPACE', file]);
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('into a folder that does not exist is MISSING', async () => {
    const { code, cause } = await failure(() =>
      writeAtomically(join(folder, 'no', 'file'), [bytes]),
    );
    expect([code, (cause as { code: string }).code]).toEqual(['MISSING', 'ENOENT']);
  });

  it('passes other errors of the file system on', async () => {
    vi.mocked(promises.open).mockRejectedValueOnce(systemError('EIO'));
    await expect(writeAtomically(file, [bytes])).rejects.toThrow('EIO');
  });

  it.each(['EACCES', 'EPERM', 'EROFS'])('%s is PERMISSION', async (name) => {
    vi.mocked(promises.open).mockRejectedValueOnce(systemError(name));
    expect((await failure(() => writeAtomically(file, [bytes]))).code).toBe('PERMISSION');
  });
});

import {
  chmodSync,
  lstatSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as promises from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { isTemporary, throughLinks, writeAtomically } from '../../src/io/atomic.js';
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

  it.each(['.', '..', '/', 'folder', 'folder/'])(
    'is UNSAFE_PATH for the folder %s',
    async (name) => {
      const at = name.startsWith('folder') ? name.replace('folder', folder) : name;
      const { code, path } = await failure(() => writeAtomically(at, [bytes]));
      expect([code, path]).toEqual(['UNSAFE_PATH', at]);
      expect(readdirSync(folder)).toEqual(['file']);
    },
  );

  it('is NO_SPACE on a full disk, and keeps the old file', async () => {
    vi.mocked(promises.rename).mockRejectedValueOnce(systemError('ENOSPC'));
    const { code, path } = await failure(() => writeAtomically(file, [bytes]));
    expect([code, path]).toEqual(['NO_SPACE', file]);
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('is done by threads and processes side by side, and leaves what others write', async () => {
    const names: string[] = [];
    vi.mocked(promises.open).mockImplementation(async (path, flags) => {
      if (flags === 'wx') names.push(path as string);
      return (await vi.importActual<typeof promises>('node:fs/promises')).open(path, flags);
    });
    const another = async () => {
      vi.resetModules(); // another thread has modules of its own
      const { writeAtomically: write } = await import('../../src/io/atomic.js');
      await write(file, [bytes]);
    };
    await another();
    await another();
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(isTemporary(basename(name)), name).toBe(true);
    vi.mocked(promises.open).mockImplementationOnce((path) => {
      writeFileSync(path as string, 'of another');
      return Promise.reject(systemError('EEXIST'));
    });
    await expect(writeAtomically(file, [bytes])).rejects.toThrow('EEXIST');
    const left = readdirSync(folder).filter((name) => isTemporary(name));
    expect(left.length).toBe(1);
    rmSync(join(folder, left[0]!));
  });

  it.each([
    ['EINVAL', true],
    ['ENOTSUP', true],
    ['EIO', false],
  ])('a folder whose sync fails with %s: written is %s', async (code, isWritten) => {
    const real = vi.mocked(promises.open).getMockImplementation()!;
    vi.mocked(promises.open).mockImplementation(async (path, flags) => {
      const handle = await real(path, flags);
      if (flags === 'r') vi.spyOn(handle, 'sync').mockRejectedValueOnce(systemError(code));
      return handle;
    });
    const writing = writeAtomically(file, [bytes]);
    if (isWritten) await writing;
    else await expect(writing).rejects.toThrow(code);
    expect([...readFileSync(file)]).toEqual([1, 2, 3]);
    vi.mocked(promises.open).mockImplementation(real);
  });

  it.each([0o600, 0o640, 0o444, 0o755])('keeps the rights %i of what it replaces', async (mode) => {
    chmodSync(file, mode);
    const old = process.umask(0o077);
    try {
      await writeAtomically(file, [bytes]);
    } finally {
      process.umask(old);
    }
    expect(statSync(file).mode & 0o777).toBe(mode);
  });

  it('lets nobody else read what replaces a private file, not even before it is complete', async () => {
    chmodSync(file, 0o600);
    await writeAtomically(file, async (handle) => {
      const { mode } = await handle.stat();
      expect(mode & 0o777).toBe(0o600);
      await handle.writeFile(bytes);
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('follows links to their target, one that does not exist too', async () => {
    const [link, second, target] = ['link', 'second', 'target'].map((name) => join(folder, name));
    symlinkSync('second', link!);
    symlinkSync(target!, second!);
    await writeAtomically(await throughLinks(link!), [bytes]);
    expect([...readFileSync(target!)]).toEqual([1, 2, 3]);
    expect([lstatSync(link!), lstatSync(second!)].every((each) => each.isSymbolicLink())).toBe(
      true,
    );
    expect(await throughLinks(target!)).toBe(target);
    rmSync(second!);
    symlinkSync('link', second!);
    expect((await failure(() => throughLinks(link!))).code).toBe('UNSAFE_PATH');
    for (const each of [link!, second!, target!]) rmSync(each);
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

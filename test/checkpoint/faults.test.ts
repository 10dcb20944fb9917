/** A folder changes during its use: files shrink or vanish, or a network loses an answer. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type TrainEvent, checkpoint } from '../../src/index.js';
import { files } from '../../src/io/files.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { classes, endOf, everyStep, make } from './runs.js';

const options = { epochs: 2, batchSize: 8 };
const real = { ...files };
afterEach(() => {
  Object.assign(files, real);
});

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'rename' });
}

/** Runs the body as another user, since root may write everywhere. */
async function unprivileged<T>(body: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return body();
  process.seteuid!(65_534);
  return body().finally(() => process.seteuid!(0));
}

/** Makes a folder with a checkpoint of each step; returns their names, the newest first. */
async function filled(): Promise<{ folder: string; names: string[] }> {
  const folder = newFolder();
  using train = classes();
  using trainer = make();
  await trainer.fit(train, { ...options, checkpoint: { folder, ...everyStep } });
  const names = readdirSync(folder).filter((name) => name !== '.lock');
  return { folder, names: names.reverse() };
}

describe('while a folder is resumed from', () => {
  it('a file that shrinks after its header was read is passed over', async () => {
    const { folder, names } = await filled();
    const newest = join(folder, names[0]!);
    const { size } = statSync(newest);
    files.open = (async (path: string, flags: number) => {
      const handle = await real.open(path, flags);
      if (path !== newest) return handle;
      const read = handle.read.bind(handle) as (...given: unknown[]) => Promise<unknown>;
      let reads = 0;
      const shrinking = async (...given: unknown[]): Promise<unknown> => {
        if (++reads === 3) truncateSync(newest, size - 8); // the third read takes the data, behind prefix and header
        return read(...given);
      };
      return Object.assign(handle, { read: shrinking });
    }) as typeof files.open;
    using trainer = make();
    const resumed = await trainer.resume(folder);
    expect(resumed?.damaged[0]).toMatchObject({ file: newest, error: { code: 'TRUNCATED' } });
    expect(resumed?.file).toBe(join(folder, names[1]!));
  });

  it('a file that vanishes is passed over', async () => {
    const { folder, names } = await filled();
    const newest = join(folder, names[0]!);
    files.open = ((path: string, flags: number) => {
      if (path === newest) rmSync(newest, { force: true });
      return real.open(path, flags);
    }) as typeof files.open;
    using trainer = make();
    const resumed = await trainer.resume(folder);
    expect(resumed?.damaged[0]).toMatchObject({ file: newest, error: { code: 'MISSING' } });
    expect(resumed?.file).toBe(join(folder, names[1]!));
  });

  it('one that vanishes while it is read is read to its end', async () => {
    const { folder, names } = await filled();
    const newest = join(folder, names[0]!);
    files.open = (async (path: string, flags: number) => {
      const handle = await real.open(path, flags);
      rmSync(path);
      return handle;
    }) as typeof files.open;
    using trainer = make();
    expect(await trainer.resume(newest)).toMatchObject({ step: 14, damaged: [] });
  });
});

describe('over a network', () => {
  it.each(['ESTALE', 'EIO', 'EXDEV'])('a rename that fails with %s is warned of', async (code) => {
    const folder = newFolder();
    using train = classes();
    using trainer = make();
    const events: TrainEvent[] = [];
    let renames = 0;
    files.rename = (from, to) =>
      ++renames === 3 ? Promise.reject(systemError(code)) : real.rename(from, to);
    await trainer.fit(train, {
      ...options,
      checkpoint: { folder, ...everyStep },
      onEvent: (event) => events.push(event),
    });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'warning', code: 'CHECKPOINT', message: code }),
    );
    const names = readdirSync(folder);
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(names.filter((name) => name.includes('-000003-'))).toEqual([]);
  });

  // An NFS server renames; its answer gets lost, and the client asks again.
  it('a rename that was done, and is said to have failed, leaves a good file', async () => {
    const { folder, names } = await (async () => {
      const folder = newFolder();
      using train = classes();
      using trainer = make();
      let renames = 0;
      files.rename = async (from, to) => {
        await real.rename(from, to);
        if (++renames === 5) throw systemError('ENOENT');
      };
      await trainer.fit(train, { ...options, checkpoint: { folder, ...everyStep } });
      return { folder, names: readdirSync(folder).filter((name) => name !== '.lock') };
    })();
    expect(new Set(names.map((name) => name.slice(0, 17))).size).toBe(names.length);
    for (const name of names) await checkpoint.inspect(join(folder, name));
    using train = classes();
    using plain = make();
    const expected = endOf(plain, await plain.fit(train, options));
    using trainer = make();
    await trainer.resume(join(folder, names[4]!));
    expect(endOf(trainer, await trainer.fit(train, options))).toEqual(expected);
  });
});

describe('a folder', () => {
  const code = async (folder: string): Promise<string> => {
    using train = classes();
    using trainer = make();
    const error = await failure(() => trainer.fit(train, { ...options, checkpoint: { folder } }));
    expect(trainer.steps).toBe(0);
    return error.code;
  };

  it('is PERMISSION if it is read-only, before a step', async () => {
    const folder = newFolder();
    chmodSync(dirname(folder), 0o711);
    chmodSync(folder, 0o555);
    expect(await unprivileged(async () => code(folder))).toBe('PERMISSION');
  });

  it('is UNSAFE_PATH if its lock is a FIFO or a symbolic link', async () => {
    const [fifo, link] = [newFolder(), newFolder()];
    execFileSync('mkfifo', [join(fifo, '.lock')]);
    symlinkSync('elsewhere', join(link, '.lock'));
    expect(await code(fifo)).toBe('UNSAFE_PATH');
    expect(await code(link)).toBe('UNSAFE_PATH');
    expect(readdirSync(link)).toEqual(['.lock']);
  });
});

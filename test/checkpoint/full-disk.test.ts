/** A run whose checkpoints cannot be written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FitOptions, type TrainEvent, checkpoint } from '../../src/index.js';
import { files } from '../../src/io/files.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { classes, endOf, everyStep, make } from './runs.js';
import { checkpointsIn, options } from './folders.js';

const real = { ...files };

afterEach(() => {
  Object.assign(files, real);
});

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'write' });
}

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

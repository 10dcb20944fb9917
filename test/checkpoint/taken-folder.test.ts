/** Other processes touch a folder, and a run ends where it began. */
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FitOptions, callbacks, io } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';
import { classes, everyStep, make } from './runs.js';

const options = { epochs: 2, batchSize: 8 };
const train = classes();
const namesIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name !== '.lock');

describe('a lock', () => {
  it('is refused if it is another name of a file, and the file stays', async () => {
    const folder = newFolder();
    const file = join(newFolder(), 'thesis');
    writeFileSync(file, 'three years of work');
    linkSync(file, join(folder, '.lock'));
    using trainer = make();
    const { code, path } = await failure(() =>
      trainer.fit(train, { ...options, checkpoint: { folder } }),
    );
    expect([code, path]).toEqual(['UNSAFE_PATH', join(folder, '.lock')]);
    expect(readFileSync(file, 'utf8')).toBe('three years of work');
  });

  it('is refused and stays if it holds something else; the lock of a killed run is taken', async () => {
    const folder = newFolder();
    const lock = join(folder, '.lock');
    using trainer = make();
    const fit = () => trainer.fit(train, { ...options, checkpoint: { folder } });
    for (const text of ['thesis', 'pro', '\0'.repeat(9)]) {
      writeFileSync(lock, text);
      expect((await failure(fit)).code).toBe('UNSAFE_PATH');
      expect(readFileSync(lock, 'utf8')).toBe(text);
    }
    writeFileSync(lock, 'process 99 on elsewhere, since 2026-01-01');
    expect((await fit()).reason).toBe('completed');
  });
});

describe('a folder with a file of a number that no run reaches', () => {
  it.each(['999999999999999', '999999999999998', '100000000000000'])('%s is refused', async (n) => {
    const folder = newFolder();
    const stray = `checkpoint-${n}-step-1.safetensors`;
    writeFileSync(join(folder, stray), 'x');
    using trainer = make();
    const fit = () => trainer.fit(train, { ...options, checkpoint: { folder } });
    const { code, path } = await failure(fit);
    expect([code, path]).toEqual(['RANGE', join(folder, stray)]);
    expect([namesIn(folder), trainer.steps]).toEqual([[stray], 0]);
    rmSync(join(folder, stray));
    expect((await fit()).reason).toBe('completed');
  });

  it.each(['99999999999999', '1000000000000000', '5'])('%s is no harm', async (n) => {
    const folder = newFolder();
    writeFileSync(join(folder, `checkpoint-${n}-step-1.safetensors`), 'x');
    using trainer = make();
    await trainer.fit(train, { ...options, checkpoint: { folder, ...everyStep } });
    using other = make();
    expect((await other.resume(folder))?.step).toBe(14);
  });
});

/** Calls a function once, after the first epoch. */
function afterFirst(body: () => unknown): callbacks.Callback {
  return {
    name: 'once',
    epoch: async (event) => {
      if (event.epoch === 0) await body();
    },
  };
}

describe('a folder that is replaced under a run', () => {
  it('gets a second writer, and nothing more of the first', async () => {
    const folder = join(newFolder(), 'run');
    const moved = `${folder}-moved`;
    let between: string[] = [];
    using first = make();
    using second = make();
    const swap = async (): Promise<void> => {
      renameSync(folder, moved);
      await second.fit(train, { ...options, checkpoint: { folder, ...everyStep } });
      between = namesIn(folder);
    };
    const checkpointing = { ...options, checkpoint: { folder, ...everyStep, keepLast: 1 } };
    const error = await failure(() =>
      first.fit(train, { ...checkpointing, callbacks: [afterFirst(swap)] }),
    );
    expect(error).toMatchObject({ code: 'UNSAFE_PATH', path: folder });
    expect(first.steps).toBe(14);
    expect(namesIn(folder)).toEqual(between);
    expect(namesIn(moved).length).toBeGreaterThan(0);
  });

  it.each(['is empty', 'is gone', 'has lost its lock', 'has a lock of another'])(
    'is not written to after it %s',
    async (what) => {
      const folder = join(newFolder(), 'run');
      using trainer = make();
      const touch = (): void => {
        if (what === 'is empty' || what === 'is gone') renameSync(folder, `${folder}-moved`);
        if (what === 'is empty') mkdirSync(folder);
        if (what.startsWith('has')) rmSync(join(folder, '.lock'));
        if (what === 'has a lock of another') writeFileSync(join(folder, '.lock'), '');
      };
      const given: FitOptions = {
        ...options,
        checkpoint: { folder, everyEpochs: 2, waits: true },
        callbacks: [afterFirst(touch)],
      };
      expect((await failure(() => trainer.fit(train, given))).code).toBe('UNSAFE_PATH');
      if (what !== 'is gone') expect(namesIn(folder)).toEqual([]);
    },
  );

  it('is written to again after it was put back', async () => {
    const folder = join(newFolder(), 'run');
    using trainer = make();
    const { checkpoint: last } = await trainer.fit(train, {
      ...options,
      checkpoint: { folder, everyEpochs: 2, waits: true },
      callbacks: [
        afterFirst(() => {
          renameSync(folder, `${folder}-moved`);
          renameSync(`${folder}-moved`, folder);
        }),
      ],
    });
    expect(namesIn(folder)).toEqual([basename(last!)]);
  });
});

describe('a script that is run again', () => {
  const script = async (folder: string, more: Partial<FitOptions> = {}) => {
    using trainer = make();
    await trainer.resume(folder);
    return await trainer.fit(train, { ...options, checkpoint: { folder }, ...more });
  };
  const statesIn = (folder: string) =>
    namesIn(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]);

  it('after its end leaves its folder as it is, however often', async () => {
    const folder = newFolder();
    const file = join(newFolder(), 'log.jsonl');
    const more = () => ({
      callbacks: [callbacks.earlyStopping({ metric: 'loss' }), callbacks.jsonLog({ file })],
    });
    const { checkpoint: last } = await script(folder, more());
    const before = statesIn(folder);
    for (let i = 0; i < 4; i++) {
      const { checkpoint: again, reason } = await script(folder, more());
      expect([again, reason]).toEqual([last, 'completed']);
    }
    expect(statesIn(folder)).toEqual(before);
    await script(folder, { ...more(), epochs: 3 });
    expect(namesIn(folder).length).toBeGreaterThan(before.length);
  });

  it('leaves the last checkpoint, in the middle of an epoch, if it is aborted before its first step', async () => {
    const folder = newFolder();
    const controller = new AbortController();
    await script(folder, {
      signal: controller.signal,
      checkpoint: { folder, everySteps: 1, waits: true },
      onEvent: ({ type }) => {
        if (type === 'checkpoint') controller.abort();
      },
    });
    const before = statesIn(folder);
    await script(folder, { signal: AbortSignal.abort() });
    expect(statesIn(folder)).toEqual(before);
  });

  it('writes a file where its weights are others, or the resumed file is not the newest', async () => {
    const folder = newFolder();
    await script(folder, { checkpoint: { folder, ...everyStep } });
    const [first] = namesIn(folder);
    const count = namesIn(folder).length;
    const given = { ...options, epochs: 2, checkpoint: { folder, keepLast: 99 } };
    using trainer = make();
    await trainer.resume(folder);
    const weights = trainer.parameters();
    weights['dense1.bias']![0]! += 1;
    trainer.setParameters(weights);
    const { checkpoint: changed } = await trainer.fit(train, given);
    expect(namesIn(folder).length).toBe(count + 1);
    const { tensors } = await io.readSafetensors(changed!);
    const { data } = tensors.find(({ name }) => name === 'parameters/dense1.bias')!;
    expect(new Float32Array(data.buffer)[0]).toBe(weights['dense1.bias']![0]);
    using older = make();
    await older.resume(join(folder, first!));
    await older.fit(train, { ...given, signal: AbortSignal.abort() });
    expect(namesIn(folder).length).toBe(count + 2);
  });

  it('finds the weights that a callback set at the very end', async () => {
    const folder = newFolder();
    using trainer = make();
    const { checkpoint: last } = await trainer.fit(train, {
      ...options,
      checkpoint: { folder, everyEpochs: 1, waits: true },
      callbacks: [
        {
          name: 'last word',
          end: (_, run) => {
            const weights = run.weights();
            run.setWeights({ ...weights, 'dense1.bias': new Float32Array(7).fill(5) });
          },
        },
      ],
    });
    using other = make();
    await other.resume(last!);
    expect(other.parameters()['dense1.bias']).toEqual(new Float32Array(7).fill(5));
  });
});

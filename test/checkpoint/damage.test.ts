/** Some files are damaged, foreign, of another format, or no files at all. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ThalwegError, Trainer, average, checkpoint, io, nn, optim } from '../../src/index.js';
import { readCheckpoint } from '../../src/checkpoint/file.js';
import { isDamage } from '../../src/checkpoint/folder.js';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { migrate } from '../../src/checkpoint/migrations.js';
import { native } from '../../src/native.js';
import { packageVersion } from '../../src/version.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { forgeState } from './forge.js';
import { MemoryFiles } from './memory-files.js';
import { classes, endOf, everyStep, make } from './runs.js';

const options = { epochs: 2, batchSize: 8 };

/** Makes a folder with all checkpoints of a run; returns their names, the newest last. */
async function filled(): Promise<{ folder: string; names: string[] }> {
  const folder = newFolder();
  using train = classes();
  using trainer = make();
  await trainer.fit(train, { ...options, checkpoint: { folder, ...everyStep } });
  return { folder, names: readdirSync(folder).filter((name) => name !== '.lock') };
}

describe('a small checkpoint', () => {
  let bytes: Buffer;
  beforeAll(async () => {
    const file = join(newFolder(), 'small.safetensors');
    const model = nn.sequential({ input: [1] }, nn.dense(1));
    using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.nadam() });
    await trainer.save(file);
    bytes = readFileSync(file);
  });
  const read = async (content: Uint8Array): Promise<unknown> =>
    new MemoryFiles(new Map([['/f', content]])).during(() =>
      readCheckpoint('/f', () => () => undefined).catch((error: unknown) => error),
    );

  it('is good as it is', async () => {
    expect(await read(bytes)).toMatchObject({ version: 2, state: { steps: 0 } });
  });

  it('is damaged with any bit flipped', async () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const error = await read(bytes);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      if (!isDamage(error)) expect.fail(`bit ${bit}: ${String(error)}`);
    }
  });

  it('cut off anywhere, or longer, is damaged', async () => {
    for (let length = 0; length < bytes.length; length++)
      expect(isDamage(await read(bytes.subarray(0, length))), `${length}`).toBe(true);
    expect(isDamage(await read(Buffer.concat([bytes, Buffer.alloc(1)])))).toBe(true);
  });

  it('is damaged with stretches of other bytes', async () => {
    const stretch = fc.tuple(
      fc.nat(bytes.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
    );
    await fc.assert(
      fc.asyncProperty(stretch, async ([at, other]) => {
        const content = Buffer.from(bytes);
        content.set(other.subarray(0, content.length - at), at);
        fc.pre(!content.equals(bytes));
        expect(isDamage(await read(content))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a damaged newest checkpoint', () => {
  it('is named and passed over, and the run ends in the same bits', async () => {
    const { folder, names } = await filled();
    using train = classes();
    using plain = make();
    const expected = endOf(plain, await plain.fit(train, options));
    const [older, newest] = names.slice(-2).map((name) => join(folder, name));
    const bytes = readFileSync(newest!);
    const history = (await checkpoint.inspect(newest!)).tensors.at(-1)!.shape[0]!;
    bytes[bytes.length - history - 5]! ^= 16;
    writeFileSync(newest!, bytes);
    using trainer = make();
    const resumed = await trainer.resume(folder);
    expect(resumed?.file).toBe(older);
    expect(resumed?.damaged.map(({ file }) => file)).toEqual([newest]);
    expect(resumed?.damaged[0]?.error).toMatchObject({
      code: 'CHECKSUM',
      path: `${newest!}: slots/secondMoment/dense2.bias`,
    });
    const checkpointing = { ...options, checkpoint: { folder } };
    expect(endOf(trainer, await trainer.fit(train, checkpointing))).toEqual(expected);
    expect(readdirSync(folder)).toContain(names.at(-1)); // nobody may delete it
  });

  it.each([
    ['cut off', (file: string) => truncateSync(file, 1000), 'TRUNCATED'],
    ['empty', (file: string) => truncateSync(file, 0), 'TRUNCATED'],
    [
      'a symbolic link',
      (file: string) => {
        rmSync(file);
        symlinkSync('elsewhere', file);
      },
      'UNSAFE_PATH',
    ],
    [
      'a FIFO',
      (file: string) => {
        rmSync(file);
        execFileSync('mkfifo', [file]);
      },
      'UNSAFE_PATH',
    ],
    [
      'a folder',
      (file: string) => {
        rmSync(file);
        mkdirSync(file);
      },
      'UNSAFE_PATH',
    ],
  ])('%s', async (_, damage, code) => {
    const { folder, names } = await filled();
    damage(join(folder, names.at(-1)!));
    using trainer = make();
    const resumed = await trainer.resume(folder);
    expect(resumed?.damaged[0]?.error).toMatchObject({ code });
    expect(resumed?.file).toBe(join(folder, names.at(-2)!));
  });

  it('is CHECKSUM where no other is left, and changes nothing', async () => {
    const { folder, names } = await filled();
    for (const name of names) truncateSync(join(folder, name), 100);
    using trainer = make();
    const before = trainer.parameters();
    const { code, received } = await failure(() => trainer.resume(folder));
    expect(code).toBe('CHECKSUM');
    expect(received).toContain(`${names.length} damaged, ${join(folder, names.at(-1)!)}`);
    expect(trainer.parameters()).toEqual(before);
  });
});

describe('resuming', () => {
  it('gives undefined where there is nothing', async () => {
    using trainer = make();
    expect(await trainer.resume(newFolder())).toBeUndefined();
    expect(await trainer.resume(join(newFolder(), 'none'))).toBeUndefined();
    const missing = () => trainer.resume(join(newFolder(), 'none.safetensors'));
    expect((await failure(missing)).code).toBe('MISSING');
  });

  it('names a difference of model, loss, rule or seed, and changes nothing', async () => {
    const { folder } = await filled();
    const other = nn.sequential({ input: [5] }, nn.dense(9), nn.dropout(0.25), nn.dense(3));
    for (const [made, path, received] of [
      [{ model: other }, 'model.layers[0].units', '9'],
      [{ seed: 4 }, 'seed', '"4"'],
      [{ optimizer: optim.sgd() }, 'rule', '"sgd"'],
      [{ optimizer: optim.adam({ groups: [{ match: '*.bias' }] }) }, 'groups[1]', '1'],
    ] as const) {
      using trainer = make(made);
      const before = trainer.parameters();
      const error = await failure(() => trainer.resume(folder));
      expect(error).toMatchObject({ code: 'MISMATCH', path, received });
      expect([trainer.parameters(), trainer.steps]).toEqual([before, 0]);
    }
  });

  it('names another kept average, or none', async () => {
    const folder = newFolder();
    const averages = [undefined, average.ema(), average.polyak()];
    for (const [i, saved] of averages.entries()) {
      const file = join(folder, `${i}.safetensors`);
      const kept = (each: average.WeightAverage | undefined) => (each ? { average: each } : {});
      using trainer = make(kept(saved));
      await trainer.save(file);
      for (const present of averages) {
        if (present === saved) continue;
        using other = make(kept(present));
        const { code, path } = await failure(() => other.resume(file));
        expect([code, path]).toEqual(['MISMATCH', saved && present ? 'average.kind' : 'average']);
      }
      using same = make(saved?.kind === 'ema' ? { average: average.ema({ decay: 0.5 }) } : {});
      if (saved?.kind === 'ema')
        expect((await same.resume(file))?.differences[0]?.path).toBe('average.decay');
    }
  });

  it('follows a link to a folder, not one to a file', async () => {
    const { folder, names } = await filled();
    const link = join(newFolder(), 'runs');
    symlinkSync(folder, link);
    using trainer = make();
    expect((await trainer.resume(link))?.file).toBe(join(link, names.at(-1)!));
    const toFile = join(newFolder(), 'one.safetensors');
    symlinkSync(join(folder, names[0]!), toFile);
    expect((await failure(() => trainer.resume(toFile))).code).toBe('UNSAFE_PATH');
    using train = classes();
    await trainer.fit(train, { ...options, epochs: 3, checkpoint: { folder: link } });
  });

  it('tells differences that may be', async () => {
    const { folder } = await filled();
    using trainer = make({ optimizer: optim.adam({ learningRate: 0.02 }), device: 'reference' });
    expect((await trainer.resume(folder))?.differences).toEqual([
      { path: 'optimizer.learningRate', saved: '0.01', present: '0.02' },
      { path: 'device', saved: '"cpu:baseline"', present: '"reference"' },
    ]);
  });

  it('says nothing of another processor, which decides no bit, but of another version', async () => {
    const file = join(newFolder(), 'one.safetensors');
    using trainer = make({ device: 'cpu' });
    await trainer.save(file);
    forgeState(file, ({ writer }: { writer: { isa: string } }) => (writer.isa = 'other'));
    expect((await trainer.resume(file))?.differences).toEqual([]);
    forgeState(file, ({ writer }: { writer: { thalweg: string } }) => (writer.thalweg = '0.0.0'));
    expect((await trainer.resume(file))?.differences).toEqual([
      { path: 'writer.thalweg', saved: '"0.0.0"', present: JSON.stringify(packageVersion()) },
    ]);
  });

  it('says nothing of threads, which decide no bit: a run goes on at any number of them', async () => {
    using train = classes();
    const ends = [];
    for (const threads of [1, 2, 7]) {
      native.setThreadCount(threads);
      using trainer = make({ device: 'cpu' });
      const run = { ...options, epochs: 3, checkpoint: { folder: newFolder(), ...everyStep } };
      const control = new AbortController();
      const onEvent = ({ type }: { type: string }) => type === 'epoch' && control.abort();
      await trainer.fit(train, { ...run, signal: control.signal, onEvent });
      native.setThreadCount(8 - threads);
      using next = make({ device: 'cpu' });
      expect((await next.resume(run.checkpoint.folder))?.differences).toEqual([]);
      const history = await next.fit(train, run);
      ends.push(endOf(next, history));
      const { state } = await inspectWhole(history.checkpoint!);
      expect(Object.keys(state.writer)).toEqual(['time', 'thalweg', 'node', 'isa']);
    }
    native.setThreadCount(0);
    expect([ends[1], ends[2]]).toEqual([ends[0], ends[0]]);
  });

  it('reads a file that names the threads of its writer, as earlier versions did', async () => {
    const file = join(newFolder(), 'one.safetensors');
    using trainer = make({ device: 'cpu' });
    await trainer.save(file);
    forgeState(file, ({ writer }: { writer: object }) => Object.assign(writer, { threads: 77 }));
    expect((await trainer.resume(file))?.differences).toEqual([]);
  });

  it('refuses other data in fit, and other cuts of it within an epoch', async () => {
    const { folder, names } = await filled();
    using train = classes();
    using other = classes(50, 2);
    using trainer = make();
    await trainer.resume(join(folder, names[2]!));
    const refused = async (...given: Parameters<Trainer['fit']>) =>
      (await failure(() => trainer.fit(...given))).path;
    expect(await refused(other, options)).toBe('dataset');
    expect(await refused(train, { ...options, validation: other })).toBe('fit.validation');
    expect(await refused(train, { ...options, shuffle: false })).toBe('fit.shuffle');
    expect(await refused(train, { ...options, last: 'drop' })).toBe('fit.last');
    expect(await refused(train, { ...options, batchSize: 7 })).toBe('fit.batchSize');
    const parts = { batchSize: options.batchSize / 2, accumulate: 2 };
    expect(await refused(train, { ...options, ...parts })).toBe('fit.accumulate');
    expect((await trainer.fit(train, options)).reason).toBe('completed');
  });

  it("takes any data with run: 'new', and starts an epoch", async () => {
    const { folder, names } = await filled();
    using other = classes(20, 2);
    using trainer = make();
    const resumed = await trainer.resume(join(folder, names[9]!), { run: 'new' });
    expect(resumed).toMatchObject({ step: 9, epoch: 1, stepInEpoch: 2 });
    const { epochs, steps } = await trainer.fit(other, { epochs: 1, batchSize: 5 });
    expect([epochs.length, epochs[0]!.epoch, steps]).toEqual([1, 1, 9 + 4]);
  });

  it('a run that has ended gives its history at once; more epochs go on', async () => {
    const { folder } = await filled();
    using train = classes();
    using trainer = make();
    await trainer.resume(folder);
    const history = await trainer.fit(train, options);
    expect([history.epochs.length, history.steps, history.reason]).toEqual([2, 14, 'completed']);
    using again = make();
    await again.resume(folder);
    using plain = make();
    const more = { ...options, epochs: 3 };
    expect(endOf(again, await again.fit(train, more))).toEqual(
      endOf(plain, await plain.fit(train, more)),
    );
  });

  it('is BUSY during a run', async () => {
    using train = classes();
    using trainer = make();
    const running = trainer.fit(train, { epochs: 50 });
    expect((await failure(() => trainer.resume(newFolder()))).code).toBe('BUSY');
    expect((await failure(() => trainer.save('never'))).code).toBe('BUSY');
    await running;
  });
});

/** Gives a file with a changed header the right checksum. */
function sign(bytes: Buffer): void {
  const at = bytes.indexOf('"checksum":"') + '"checksum":"'.length;
  bytes.write('0'.repeat(16), at);
  const sum = new native.Checksum();
  sum.update(bytes.subarray(0, 8 + Number(bytes.readBigUInt64LE(0))));
  bytes.write(sum.digest(), at);
}

describe('formats', () => {
  const fixtures = join(import.meta.dirname, '..', 'fixtures');

  it.each([1, 2])('version %i is read for ever', async (format) => {
    const golden = join(fixtures, `checkpoint-${format}.safetensors`);
    const { version, state, tensors } = await checkpoint.inspect(golden);
    expect([version, state.history.length]).toEqual([format, 1]);
    expect(state.history[0]).toMatchObject({ epoch: 0, loss: expect.any(Number) as number });
    expect(state.steps).toBe(9);
    expect(tensors[0]).toEqual({ name: 'scalars', dtype: 'F64', shape: [2] });
    const optimizer = optim.nadam({ groups: [{ match: '*.bias', learningRateScale: 2 }] });
    using trainer = make({ optimizer });
    expect(await trainer.resume(golden)).toMatchObject({ step: 9, epoch: 1, stepInEpoch: 2 });
  });

  it('a newer one is VERSION, and is not passed over', async () => {
    const { folder, names } = await filled();
    const newest = join(folder, names.at(-1)!);
    const bytes = readFileSync(newest);
    bytes.write('"version":"3"', bytes.indexOf('"version":"2"'));
    sign(bytes);
    writeFileSync(newest, bytes);
    using trainer = make();
    expect(await failure(() => trainer.resume(folder))).toMatchObject({
      code: 'VERSION',
      path: newest,
      received: 'format 3',
      expected: 'format 1 to 2',
    });
    expect(() => migrate({}, 3, 'file')).toThrow(expect.objectContaining({ code: 'VERSION' }));
    expect(() => migrate({}, NaN, 'file')).toThrow(ThalwegError);
  });

  it('an older one goes through every migration after it', () => {
    const steps = ['a', 'b', 'c'].map((name) => (state: unknown) => [...(state as string[]), name]);
    expect(migrate([], 1, 'file', steps)).toEqual(['a', 'b', 'c']);
    expect(migrate([], 3, 'file', steps)).toEqual(['c']);
    expect(migrate([], 4, 'file', steps)).toEqual([]);
  });

  it('is a safetensors file, but not every safetensors file is one', async () => {
    const { folder, names } = await filled();
    const { tensors } = await io.readSafetensors(join(folder, names[0]!));
    expect(tensors.map(({ name }) => name)).toContain('parameters/dense1.weight');
    const weights = join(folder, 'weights.safetensors');
    using trainer = make();
    await trainer.saveWeights(weights);
    const { code, remedy } = await failure(() => checkpoint.inspect(weights));
    expect([code, remedy]).toEqual(['FORMAT', 'read weights with loadWeights']);
  });

  it('copies of a file are as good as the file', async () => {
    const { folder, names } = await filled();
    const copy = join(newFolder(), 'copy.safetensors');
    copyFileSync(join(folder, names[4]!), copy);
    using trainer = make();
    expect((await trainer.resume(copy))?.step).toBe(5);
  });
});

/** A trainer resumes the run of a checkpoint, or says why it does not. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, average, nn, optim } from '../../src/index.js';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { native } from '../../src/native.js';
import { packageVersion } from '../../src/version.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { forgeState } from './forge.js';
import { classes, endOf, everyStep, make } from './runs.js';
import { filled, options } from './filled-folder.js';

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

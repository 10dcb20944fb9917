/** Checkpoints of all formats, and files of other programs. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ThalwegError, checkpoint, io, optim } from '../../src/index.js';
import { migrate } from '../../src/checkpoint/migrations.js';
import { native } from '../../src/native.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { make } from './runs.js';
import { filled } from './filled-folder.js';

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

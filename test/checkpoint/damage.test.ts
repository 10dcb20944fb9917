/** A checkpoint that is damaged anywhere is named and passed over. */
import { execFileSync } from 'node:child_process';
import {
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
import { Trainer, checkpoint, nn, optim } from '../../src/index.js';
import { readCheckpoint } from '../../src/checkpoint/file.js';
import { isDamage } from '../../src/checkpoint/folder.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { MemoryFiles } from './memory-files.js';
import { classes, endOf, make } from './runs.js';
import { filled, options } from './filled-folder.js';

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

/**
 * Every field of a model file gets every kind of wrong value, with right checksums. Each is refused with a
 * code, or is harmless, for a reason that is given below.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ThalwegError, nn } from '../../src/index.js';
import { readModel } from '../../src/model/file.js';
import { type Parts, assemble, partsOf } from '../checkpoint/forge.js';
import { changesOf, nested } from '../checkpoint/wrong-values.js';
import { newFolder } from '../new-folder.js';
import { trained } from './trained.js';

const file = join(newFolder(), 'm.thalweg');
let parts: Parts;

beforeAll(async () => {
  using trainer = await trained();
  const preprocessing = { format: 'my-scaling', version: 1, mean: [0.5] };
  await trainer.saveModel(file, { classes: ['a', 'b', 'c'], preprocessing });
  parts = partsOf(file);
  delete parts.metadata['checksums'];
});

/** Reads bytes as a model file, and returns the error; any other error than ours is thrown. */
async function attempt(name: string, bytes: Buffer): Promise<ThalwegError | undefined> {
  writeFileSync(file, bytes);
  try {
    await readModel(file);
    return undefined;
  } catch (error) {
    if (error instanceof ThalwegError) return error;
    throw new Error(`${name}: ${String(error)}`, { cause: error });
  }
}

const withDocument = (text: string): Buffer =>
  assemble({ ...parts, metadata: { ...parts.metadata, model: text } });

/** Reasons for which a value may be taken. */
const harmless: readonly (readonly [RegExp, string])[] = [
  [/^(?!architecture[.]).* a field more$/, 'fields that no schema knows are left out'],
  [/^preprocessing\.mean\b/, 'whoever applies it checks it'],
  [/^preprocessing(\.version)? (nothing|\S+)$/, 'any version from 1 on, or none'],
  [/^preprocessing\.format ("x"|a long text)$/, 'any name is a format'],
  [/^classes (nothing)$/, 'a model may have no names'],
  [/^classes\[0\] (""|"x"|a long text)$/, 'any text is a name'],
  [/^weights /, 'is only told'],
  [/^writer\b/, 'is only told'],
  [/^loss\.delta /, 'any delta greater than 0 trains'],
  [/^architecture\.layers\[0\]\.(activation|useBias|groups) nothing$/, 'has a default'],
  [/^architecture\.layers\[0\]\.(stride|padding|dilation) /, 'has a default that fits'],
  [/^architecture\.layers\[0\]\.(weight|bias)Initializer /, 'weights come from the file'],
  [/^architecture\.kind /, 'there is one kind of container'],
];

describe('a model file with one wrong value', () => {
  it('is refused with a code, or is harmless', async () => {
    const taken: string[] = [];
    const odd: string[] = [];
    let count = 0;
    for (const { name, text } of changesOf(parts.metadata['model']!)) {
      count++;
      const error = await attempt(name, withDocument(text));
      if (error === undefined) taken.push(name);
      else if (!['FORMAT', 'DEPTH', 'MISMATCH'].includes(error.code) || !error.path.includes(file))
        odd.push(`${name}: ${String(error)}`);
    }
    odd.push(...taken.filter((name) => !harmless.some(([pattern]) => pattern.test(name))));
    expect(odd).toEqual([]);
    const idle = harmless.filter(([pattern]) => !taken.some((name) => pattern.test(name)));
    expect(idle.map(String)).toEqual([]);
    expect(count).toBeGreaterThan(500);
  });

  it('is refused where a text of the metadata is another', async () => {
    const texts = ['', 'x', '{', '[1', 'null', '5', '[]', '{}', '"x"', nested(100_000), '99', '0'];
    for (const key of ['format', 'version', 'model', 'checksums'])
      for (const text of texts) {
        const bytes = assemble({ ...parts, metadata: { ...parts.metadata, [key]: text } });
        const error = await attempt(`${key} ${text.slice(0, 9)}`, bytes);
        expect(error?.code, `${key} ${text.slice(0, 9)}`).toMatch(
          /^(FORMAT|VERSION|DEPTH|CHECKSUM)$/,
        );
      }
  });
});

describe('a model file with other tensors', () => {
  const changed = (change: (tensors: Parts['tensors']) => Parts['tensors']): Buffer =>
    assemble({ ...parts, tensors: change(parts.tensors.map((each) => ({ ...each }))) });

  it.each<[string, (tensors: Parts['tensors']) => Parts['tensors']]>([
    ['one less', (tensors) => tensors.slice(1)],
    ['one more', (tensors) => [...tensors, { ...tensors[0]!, name: 'more' }]],
    ['another order', (tensors) => tensors.toReversed()],
    [
      'another shape',
      ([first, ...rest]) => [{ ...first!, shape: [first!.bytes.length / 4] }, ...rest],
    ],
    ['another type', ([first, ...rest]) => [{ ...first!, dtype: 'I32' }, ...rest]],
    ['none', () => []],
  ])('is refused: %s', async (name, change) => {
    expect(await attempt(name, changed(change))).toMatchObject({ code: 'MISMATCH' });
  });

  it('is refused for every flipped byte and every shorter length', async () => {
    writeFileSync(file, assemble(parts));
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at += 37) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 0x10;
      expect(await attempt(`byte ${at}`, flipped), `byte ${at}`).toBeDefined();
    }
    for (let length = 0; length < whole.length; length += 331)
      expect(await attempt(`length ${length}`, whole.subarray(0, length))).toBeDefined();
    expect(await attempt('whole', whole)).toBeUndefined();
  });
});

it('a huge architecture is refused before its memory is allocated', async () => {
  const huge = JSON.parse(parts.metadata['model']!) as { architecture: unknown };
  huge.architecture = nn
    .sequential({ input: [4, 4, 2] }, nn.flatten(), nn.dense(2 ** 31 - 1), nn.dense(3))
    .toJSON();
  const error = await attempt('huge', withDocument(JSON.stringify(huge)));
  expect(error).toMatchObject({ code: 'MISMATCH' });
});

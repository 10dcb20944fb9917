/** A damaged store, a full disk, and a lock. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { search } from '../../src/index.js';
import { files } from '../../src/io/files.js';
import { FileJournal } from '../../src/search/journal/file-journal.js';
import { writeLine } from '../../src/search/journal/line.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { base, linesOf, newStore, space } from './studies.js';

describe('a damaged file', () => {
  it('loses its torn last line alone, at every length', async () => {
    const store = newStore();
    await search.run({ ...base, store, trials: 2 });
    // The process that wrote the file is dead by now.
    const pid = `"pid":${process.pid}`;
    const text = Buffer.from(readFileSync(store, 'utf8').replaceAll(pid, `"pid":${2 ** 22}`));
    const lastLine = text.lastIndexOf('\n', text.length - 2) + 1;
    for (const length of [lastLine + 1, lastLine + 20, text.length - 1]) {
      writeFileSync(store, text);
      truncateSync(store, length);
      const { trials } = await search.load(store);
      expect(trials.map(({ state }) => state)).toEqual(['complete', 'running']);
      const study = await search.run({ ...base, store, trials: 3 });
      expect(study.trials.map(({ state }) => state)).toEqual(Array(3).fill('complete'));
      expect(linesOf(store).length).toBeGreaterThan(5);
    }
  });

  const head = writeLine({ op_code: 0, worker_id: 'w', study_name: 's', directions: [1] });
  it.each<[string, string, string]>([
    ['another text', 'hello\n', 'FORMAT'],
    ['a number', '3\n', 'FORMAT'],
    ['an unknown operation', '{"op_code":11,"worker_id":"w"}\n', 'FORMAT'],
    ['a field of another type', '{"op_code":1,"worker_id":"w","study_id":"x"}\n', 'FORMAT'],
    ['a negative id', '{"op_code":1,"worker_id":"w","study_id":-1}\n', 'FORMAT'],
    ['a field twice', '{"op_code":1,"op_code":1,"worker_id":"w","study_id":0}\n', 'DUPLICATE'],
    ['brackets without end', `${'['.repeat(1000)}\n`, 'DEPTH'],
    ['binary data', '\u0000\u0001\n', 'FORMAT'],
    [
      'a distribution that is none',
      '{"op_code":5,"worker_id":"w","trial_id":0,"param_name":"x","param_value_internal":1,"distribution":"{}"}\n',
      'FORMAT',
    ],
  ])('with %s is refused, and names the line', async (_, line, code) => {
    const store = newStore();
    writeFileSync(store, head + line + head);
    const error = await failure(() => search.load(store));
    expect(error.code).toBe(code);
    expect(error.path).toContain(`${store}: line 2`);
    const before = readFileSync(store, 'utf8');
    expect((await failure(() => search.run({ ...base, store, trials: 1 }))).code).toBe(code);
    expect(readFileSync(store, 'utf8')).toBe(before);
  });

  it.each<[string, string]>([
    ['JSON in one line', '{"a":1}'],
    ['a text', 'hello'],
    ['a letter', 'x'],
  ])('stays as it is where it is of another kind and has no line break: %s', async (_, text) => {
    const store = newStore();
    writeFileSync(store, text);
    const error = await failure(() => search.study({ space, store }));
    expect(error).toMatchObject({ code: 'FORMAT', path: store });
    expect(readFileSync(store, 'utf8')).toBe(text);
  });

  it('is begun anew where it has a part of its first record alone', async () => {
    const store = newStore();
    for (const length of [1, 10, 30]) {
      writeFileSync(store, head.slice(0, length));
      const study = await search.run({ ...base, store, trials: 1 });
      expect(study.trials).toMatchObject([{ state: 'complete' }]);
      expect(linesOf(store)[0]).toMatchObject({ op_code: 0, study_name: 'study' });
    }
  });

  it('with a huge line is refused before it is parsed', async () => {
    const store = newStore();
    writeFileSync(store, `${head}"${'x'.repeat(2 ** 24 + 10)}`);
    expect((await failure(() => search.load(store))).code).toBe('FORMAT');
  });

  it('is refused where it is a folder, a link or absent', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'store'));
    symlinkSync(join(folder, 'other'), join(folder, 'link'));
    const run = (store: string) => failure(() => search.run({ ...base, store, trials: 1 }));
    expect((await run(join(folder, 'store'))).code).toBe('UNSAFE_PATH');
    expect((await run(join(folder, 'link'))).code).toBe('UNSAFE_PATH');
    expect((await failure(() => search.load(join(folder, 'none')))).code).toBe('MISSING');
  });

  it('never throws anything but a coded error', async () => {
    const store = newStore();
    await search.run({ ...base, store, trials: 3 });
    const text = readFileSync(store, 'latin1');
    const change = fc.record({
      at: fc.nat(text.length - 1),
      cut: fc.nat(8),
      add: fc.string({ unit: 'binary-ascii', maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, cut, add }) => {
        writeFileSync(store, text.slice(0, at) + add + text.slice(at + cut), 'latin1');
        try {
          await search.load(store);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(
            /^(FORMAT|DEPTH|OVERFLOW|DUPLICATE|MISSING|UNSUPPORTED)$/,
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a full disk', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is NO_SPACE, the file stays whole, and the result can be told later', async () => {
    const store = newStore();
    const { open } = files;
    let isFull = false;
    vi.spyOn(files, 'open').mockImplementation(async (...given) => {
      const handle = await open(...given);
      const write = handle.write.bind(handle) as (...parts: unknown[]) => Promise<never>;
      const partly = async (...[bytes, from, , at]: unknown[]): Promise<never> => {
        if (!isFull) return write(bytes, from, undefined, at);
        await write(bytes, from, 5, at);
        throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      };
      return Object.assign(handle, { write: partly });
    });
    const study = await search.study({ space, store });
    const trial = (await study.ask())!;
    const before = readFileSync(store, 'utf8');
    isFull = true;
    const error = await failure(() => study.tell(trial, 3));
    expect(error).toMatchObject({ code: 'NO_SPACE', path: store });
    expect(readFileSync(store, 'utf8')).toBe(before);
    isFull = false;
    await study.tell(trial, 3);
    await study.close();
    expect((await search.load(store)).trials).toMatchObject([{ state: 'complete', value: 3 }]);
  });
});

describe('a lock', () => {
  it('is broken where its process died, after a time in which nothing changes', async () => {
    const store = newStore();
    const journal = await FileJournal.open(store, { grace: 50 });
    symlinkSync(store, `${store}.lock`);
    const started = performance.now();
    await journal.update(() => ({ records: [], result: 1 }));
    expect(performance.now() - started).toBeGreaterThanOrEqual(50);
    expect(existsSync(`${store}.lock`)).toBe(false);
    await journal.close();
  });

  it('is held by one at a time', async () => {
    const store = newStore();
    const journals = await Promise.all([1, 2, 3].map(async () => FileJournal.open(store)));
    let inside = 0;
    await Promise.all(
      journals.flatMap((journal) =>
        Array.from({ length: 20 }, async () =>
          journal.update(() => {
            expect(++inside).toBe(1);
            inside--;
            const record = {
              op_code: 0,
              worker_id: 'w',
              study_name: 's',
              directions: [1],
            } as const;
            return { records: [record], result: 0 };
          }),
        ),
      ),
    );
    expect(linesOf(store)).toHaveLength(60);
    await Promise.all(journals.map(async (journal) => journal.close()));
  });
});

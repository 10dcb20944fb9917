import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { files } from '../../src/io/files.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';

const folder = newFolder();
const text = 'name,power\nbeetle,34\ncitroën,\n';
const file = join(folder, 'cars.csv');
writeFileSync(file, text);
writeFileSync(`${file}.gz`, gzipSync(text));
const rows = [...data.parseCsv(text)];

describe('a table is the same', () => {
  const web = (): ReadableStream<Uint8Array> =>
    new Response(text).body as unknown as ReadableStream<Uint8Array>;
  const bytes = Buffer.from(text);
  it.each<[string, () => data.TableSource]>([
    ['from a path', () => file],
    ['from a URL', () => pathToFileURL(file)],
    ['from a gzipped file', () => `${file}.gz`],
    ['from a stream of text', () => Readable.from([text.slice(0, 20), text.slice(20)])],
    [
      'from a stream of single bytes',
      () => Readable.from([...bytes].map((each) => Buffer.of(each))),
    ],
    [
      'from a gzipped stream',
      () => Readable.from([...gzipSync(text)].map((each) => Buffer.of(each))),
    ],
    ['from the body of a response', () => web() as unknown as data.TableSource],
    [
      'from a generator',
      async function* () {
        yield await Promise.resolve(text);
      },
    ],
  ])('%s', async (_, source) => expect([...(await data.csv(source()))]).toEqual(rows));
});

describe('refuses', () => {
  const shrinking = async (): Promise<unknown> => {
    const open = files.open;
    files.open = async (...given) => {
      const handle = await open(...given);
      const stat = await handle.stat();
      handle.stat = (() => Promise.resolve(Object.assign(stat, { size: stat.size + 5 }))) as never;
      return handle;
    };
    try {
      return await data.csv(file);
    } finally {
      files.open = open;
    }
  };
  it.each<[string, () => Promise<unknown>, string]>([
    ['a file that is not there', () => data.csv(join(folder, 'none.csv')), 'MISSING'],
    ['text in place of a path', () => data.csv(text), 'MISSING'],
    ['a folder', () => data.csv(folder), 'UNSAFE_PATH'],
    ['a URL of the network', () => data.csv(new URL('https://example.org/a.csv')), 'UNSUPPORTED'],
    ['a path with NUL', () => data.csv('a\0b'), 'RANGE'],
    ['a number', () => data.csv(7 as never), 'TYPE'],
    ['a promise', () => data.csv(Promise.resolve(text) as never), 'TYPE'],
    ['a stream of numbers', () => data.csv(Readable.from([1, 2]) as never), 'TYPE'],
    ['cut gzip data', () => data.csv(Readable.from([gzipSync(text).subarray(0, 25)])), 'FORMAT'],
    ['a file that shrinks', shrinking, 'TRUNCATED'],
    ['a function as a signal', () => data.csv(file, { signal: (() => 0) as never }), 'TYPE'],
    ['a number as progress', () => data.csv(file, { progress: 1 as never }), 'TYPE'],
  ])('%s', async (_, body, code) => expect((await failure(body)).code).toBe(code));

  it('a fault, with the path of the file', async () => {
    const wrong = join(folder, 'wrong.csv');
    writeFileSync(wrong, gzipSync('a,b\n1\n'));
    expect((await failure(() => data.csv(wrong))).path).toBe(`${wrong}:2:2`);
  });

  it('passes the error of a stream on', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('no network'));
      },
    });
    await expect(data.csv(broken)).rejects.toThrow('no network');
  });
});

describe('a long file', () => {
  const long = join(folder, 'long.csv');
  writeFileSync(long, `a,b\n${'12345,some text\n'.repeat(600_000)}`);

  it('reports progress, and lets the event loop go on', async () => {
    const seen: data.ReadProgress[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const table = await data.csv(long, { progress: (each) => seen.push(each) });
    clearInterval(timer);
    expect(table.length).toBe(600_000);
    const parsing = seen.filter(({ stage }) => stage === 'parsing');
    expect(parsing.length).toBeGreaterThan(2);
    expect(parsing.at(-1)).toEqual({ bytes: 9_600_004, totalBytes: 9_600_004, stage: 'parsing' });
    expect(turns).toBeGreaterThan(0);
  });

  it('ends with its signal', async () => {
    const controller = new AbortController();
    const progress = ({ stage }: data.ReadProgress): void => {
      if (stage === 'parsing') controller.abort();
    };
    const { code } = await failure(() => data.csv(long, { signal: controller.signal, progress }));
    expect(code).toBe('ABORTED');
    expect((await failure(() => data.csv(long, { signal: AbortSignal.abort() }))).code).toBe(
      'ABORTED',
    );
  });

  it('reads a column again that turns out to be text at its end', async () => {
    const mixed = join(folder, 'mixed.csv');
    writeFileSync(mixed, `a,b\n${'1.50,2\n'.repeat(700_000)}x,3\n`);
    const table = await data.csv(mixed);
    expect(table.column('a').counts()).toEqual([
      { value: '1.50', count: 700_000 },
      { value: 'x', count: 1 },
    ]);
    expect(table.row(700_000)).toEqual({ a: 'x', b: 3 });
  });
});

describe('JSON lines', () => {
  it('become a table, from a file and from text', async () => {
    const lines = '{"a":1,"b":"x"}\r\n\n{"b":"y","c":true,"a":2.5}\n{"a":null}';
    const path = join(folder, 'lines.jsonl');
    writeFileSync(path, gzipSync(lines));
    const table = data.parseJsonLines(lines);
    expect([...table]).toEqual([
      { a: 1, b: 'x', c: null },
      { a: 2.5, b: 'y', c: true },
      { a: null, b: null, c: null },
    ]);
    expect([...(await data.jsonLines(path))]).toEqual([...table]);
  });

  it.each([
    ['no JSON', '{"a":1}\n{a:1}', 'FORMAT', 'text:2:1'],
    ['a list', '[1]', 'FORMAT', 'text:1:1'],
    ['a nested object', '{"a":{}}', 'FORMAT', 'text:1:1'],
    ['nothing', '\n\n', 'FORMAT', 'text'],
    ['mixed types', '{"a":1}\n{"a":"x"}', 'TYPE', 'text[1].a'],
    ['a hidden prototype', '{"__proto__":1}', 'RANGE', 'text[0]'],
    ['deep nesting', '['.repeat(100_000), 'FORMAT', 'text:1:1'],
  ])('refuses %s', async (_, lines, code, path) => {
    const error = await failure(() => data.parseJsonLines(lines));
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it('leaves lines with faults out where it is lenient', () => {
    const table = data.parseJsonLines('{"a":1}\n{a:1}\n\n7\n{"a":2}', { lenient: true });
    expect([...table.column('a')]).toEqual([1, 2]);
    expect(table.faults.map(({ line }) => line)).toEqual([2, 4]);
  });

  it('with different keys in every line do not multiply', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `{"k${i}":1}`).join('\n');
    expect((await failure(() => data.parseJsonLines(lines))).code).toBe('RANGE');
  });
});

it('a folder is not read as JSON lines', async () => {
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  expect((await failure(() => data.jsonLines(inner))).code).toBe('UNSAFE_PATH');
});

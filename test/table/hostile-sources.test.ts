import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

/** Reads the most address space that this process has had. */
const peakKilobytes = (): number =>
  Number(/VmPeak:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);

const never = (): Promise<never> => new Promise(() => undefined);

describe('an abort', () => {
  it.each([
    ['before the first bytes', [] as string[]],
    ['after some bytes', ['a\n1\n']],
  ])('ends a stream that stalls %s', async (_, chunks) => {
    async function* stalled(): AsyncGenerator<string> {
      yield* chunks;
      await never();
    }
    for (const read of [data.csv, data.jsonLines]) {
      const error = await failure(() => read(stalled(), { signal: AbortSignal.timeout(20) }));
      expect(error.code).toBe('ABORTED');
    }
  });

  it('closes the stream, and a stream that fails keeps its error', async () => {
    let closed = 0;
    const controller = new AbortController();
    const endless: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          await Promise.resolve();
          return { done: false, value: 'a\n' };
        },
        return: () => {
          closed++;
          return never();
        },
      }),
    };
    const progress = (): void => controller.abort();
    const { signal } = controller;
    expect((await failure(() => data.csv(endless, { signal, progress }))).code).toBe('ABORTED');
    expect(closed).toBe(1);
    async function* broken(): AsyncGenerator<string> {
      yield 'a\n';
      await Promise.reject(new Error('no network'));
    }
    const open = new AbortController().signal;
    await expect(data.csv(broken(), { signal: open })).rejects.toThrow('no network');
  });
});

it.each(['file://host/x.csv', 'file:///a%2Fb.csv'])('%s is no local file', async (url) => {
  const error = await failure(() => data.csv(new URL(url)));
  expect([error.code, error.path]).toEqual(['RANGE', 'source']);
});

it('equal names are told apart in a time that is not quadratic', () => {
  const { names } = data.parseCsv(`${Array(90_000).fill('a').join()}\n`, { lenient: true });
  expect(names.slice(0, 3)).toEqual(['a', 'a_2', 'a_3']);
  expect(new Set(names).size).toBe(90_000);
  const others = data.parseCsv('a,a_2,a,a_2,\n', { lenient: true }).names;
  expect(others).toEqual(['a', 'a_2', 'a_3', 'a_2_2', 'column5']);
});

it('a long field behind short rows reserves no memory for rows that cannot come', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `c${i}`).join();
  const text = `${names}\n${'1\n'.repeat(1040)}${'x'.repeat(2_000_000)}\n`;
  const before = peakKilobytes();
  const table = data.parseCsv(text, { lenient: true });
  expect(table.length).toBe(1041);
  expect(peakKilobytes() - before).toBeLessThan(2 ** 20);
});

it('a zone is at most 14:59 from UTC', () => {
  const kind = (zone: string) => data.rows([{ a: `2026-06-30T12:00${zone}` }]).column('a').kind;
  expect(['+14:59', '-14:59', '+15:00', '-02:60', '+99:99'].map(kind)).toEqual([
    'date',
    'date',
    'text',
    'text',
    'text',
  ]);
});

describe('a table refuses', () => {
  const table = data.rows([{ a: 1 }, { a: 2 }]);
  const detached = (): Uint32Array => {
    const rows = new Uint32Array(2);
    structuredClone(rows, { transfer: [rows.buffer] });
    return rows;
  };
  it.each<[string, () => unknown, string, string]>([
    [
      'a promise to keep rows',
      () => table.filter((() => Promise.resolve(false)) as never),
      'TYPE',
      'filter(row 0)',
    ],
    ['a number to keep rows', () => table.filter((() => 1) as never), 'TYPE', 'filter(row 0)'],
    ['detached rows', () => table.take(detached()), 'DETACHED', 'rows'],
    [
      'a view of bytes',
      () => table.take(new DataView(new ArrayBuffer(8)) as never),
      'DTYPE',
      'rows',
    ],
  ])('%s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it('nothing of typed arrays of row numbers', () => {
    for (const rows of [Uint32Array.of(1), Float64Array.of(1), [1]])
      expect([...table.take(rows).column('a')]).toEqual([2]);
  });
});

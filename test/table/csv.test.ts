import { describe, expect, it } from 'vitest';
import { type ErrorCode, data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { faults } from './awkward-faults.js';
import { shapes } from './awkward-shapes.js';
import { values } from './awkward-values.js';

const awkward = [...shapes, ...values, ...faults];

describe('awkward texts', () => {
  it.each(awkward.map((each) => [each.about, each] as const))('%s', async (_, each) => {
    const parse = () => data.parseCsv(each.text, each.options);
    if (each.refused !== undefined) {
      const [code, path, message] = each.refused;
      const error = await failure(parse);
      expect([error.code, error.path]).toEqual([code, path]);
      expect(error.message).toContain(message);
      return;
    }
    const table = parse();
    const [names, ...rows] = each.table!;
    expect(table.names).toEqual(names);
    expect(Array.from(table, (row) => Object.values(row))).toEqual(rows);
    expect(table.faults.map(({ line, column }) => [line, column])).toEqual(each.faults ?? []);
    expect(table.faultCount).toBe(each.faults?.length ?? 0);
    if (each.kinds !== undefined)
      expect(table.names.map((name) => table.column(name).kind)).toEqual(each.kinds);
  });

  it('are at least 60', () => {
    expect(new Set(awkward.map(({ about }) => about)).size).toBe(awkward.length);
    expect(awkward.length).toBeGreaterThan(60);
  });
});

describe('options', () => {
  it.each<[string, unknown, ErrorCode, string]>([
    ['an unknown one', { seperator: ';' }, 'UNKNOWN_OPTION', 'parseCsv.seperator'],
    ['progress where nothing waits', { progress: () => 0 }, 'UNKNOWN_OPTION', 'parseCsv.progress'],
    ['a long separator', { separator: ', ' }, 'RANGE', 'separator'],
    ['a digit as the separator', { separator: '1' }, 'RANGE', 'separator'],
    ['a quote as the separator', { separator: '"' }, 'RANGE', 'separator'],
    ['a separator beyond ASCII', { separator: '·' }, 'RANGE', 'separator'],
    ['the decimal as the separator', { separator: ',', decimal: ',' }, 'RANGE', 'decimal'],
    ['another decimal', { decimal: ';' }, 'RANGE', 'decimal'],
    ['another kind', { kinds: { a: 'float' } }, 'RANGE', 'kinds.a'],
    ['kinds in a list', { kinds: ['number'] }, 'TYPE', 'kinds'],
    ['no name', { header: [] }, 'RANGE', 'header'],
    ['a number as a name', { header: [1] }, 'TYPE', 'header[0]'],
    ['a text for markers', { missing: 'NA' }, 'TYPE', 'missing'],
    ['another encoding', { encoding: 'latin1' }, 'RANGE', 'encoding'],
    ['a text for lenient', { lenient: 'yes' }, 'TYPE', 'lenient'],
  ])('refuse %s', async (_, options, code, path) => {
    const error = await failure(() => data.parseCsv('a\n1\n', options as data.ParseCsvOptions));
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it('refuse what is no text', async () => {
    for (const text of [undefined, 7, ['a'], new ArrayBuffer(2)])
      expect((await failure(() => data.parseCsv(text as never))).code).toBe('TYPE');
  });
});

describe('hostile sizes', () => {
  it('a header of too many columns is FORMAT', async () => {
    const header = Array.from({ length: 100_001 }, (_, i) => `c${i}`).join();
    expect((await failure(() => data.parseCsv(header))).code).toBe('FORMAT');
  });

  it('many short rows under a wide header do not multiply', async () => {
    const header = Array.from({ length: 50_000 }, (_, i) => `c${i}`).join();
    const text = `${header}\n${'1\n'.repeat(50_000)}`;
    const error = await failure(() => data.parseCsv(text, { lenient: true }));
    expect([error.code, error.expected]).toEqual([
      'FORMAT',
      'at most four fields for each byte of the text',
    ]);
  });

  it('a million faults are counted, and a hundred are kept', () => {
    const table = data.parseCsv(`a,b\n${'1\n'.repeat(100_000)}`, { lenient: true });
    expect([table.length, table.faults.length, table.faultCount]).toEqual([100_000, 100, 100_000]);
    expect(table.faults.at(-1)).toMatchObject({ line: 101, column: 2 });
  });

  it('a long digit string is a number', () => {
    const long = '9'.repeat(100_000);
    const table = data.parseCsv(`a\n0.${long}\n1.${'0'.repeat(100_000)}1\n`);
    expect([...table.column('a')]).toEqual([1, 1]);
    expect([...data.parseCsv(`a\n${long}\n`, { kinds: { a: 'number' } }).column('a')]).toEqual([
      Infinity,
    ]);
  });
});

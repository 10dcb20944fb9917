import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const day = new Date('2026-11-29T00:00:00Z');
const cars = data.rows([
  { name: 'beetle', power: 34, origin: 'Europe', sold: true, seen: day },
  { name: 'mustang', power: 160.5, origin: 'USA', sold: false, seen: null },
  { name: 'mini', power: null, origin: 'Europe', sold: undefined, seen: new Date(0) },
  { name: 'impala', power: 160.5, origin: 'USA', sold: true, seen: day },
]);

describe('data.rows', () => {
  it('finds the kind and the missing values of each column', () => {
    const kinds = cars.names
      .map((name) => cars.column(name))
      .map(({ kind, missing }) => [kind, missing]);
    expect(kinds).toEqual([
      ['text', 0],
      ['number', 1],
      ['category', 0],
      ['boolean', 1],
      ['date', 1],
    ]);
    expect([cars.length, [...cars.names]]).toEqual([
      4,
      ['name', 'power', 'origin', 'sold', 'seen'],
    ]);
  });

  it('takes texts that are all dates for dates', () => {
    expect([...data.rows([{ a: '2026-11-29' }, { a: null }]).column('a')]).toEqual([day, null]);
    expect(data.rows([{ a: '2026-11-29' }, { a: 'x' }]).column('a').kind).toBe('text');
  });

  it('keeps kinds that are given', () => {
    const kinds = { a: 'category', b: 'number', c: 'text', d: 'date' } as const;
    const table = data.rows([{ a: 'x', b: 1, c: 7, d: '2026-11-29' }], { kinds });
    expect(table.names.map((name) => table.column(name).kind)).toEqual(Object.values(kinds));
    expect(table.row(0)).toEqual({ a: 'x', b: 1, c: '7', d: day });
  });

  it.each<[string, unknown, object, string, string]>([
    ['no list', { a: 1 }, {}, 'TYPE', 'rows'],
    ['a list of lists', [[1]], {}, 'TYPE', 'rows[0]'],
    ['an object in a cell', [{ a: {} }], {}, 'TYPE', 'rows[0].a'],
    ['a bigint', [{ a: 1n }], {}, 'TYPE', 'rows[0].a'],
    ['text after numbers', [{ a: 1 }, { a: 'x' }], {}, 'TYPE', 'rows[1].a'],
    ['text for a number', [{ a: 'x' }], { kinds: { a: 'number' } }, 'TYPE', 'rows[0].a'],
    [
      'a fraction for an integer',
      [{ a: 1 }, { a: 1.5 }],
      { kinds: { a: 'integer' } },
      'TYPE',
      'rows[1].a',
    ],
    [
      'a wrong date',
      [{ a: '2026-11-29' }, { a: 'x' }],
      { kinds: { a: 'date' } },
      'TYPE',
      'rows[1].a',
    ],
    ['a kind of another column', [{ a: 1 }], { kinds: { b: 'date' } }, 'UNKNOWN_OPTION', 'kinds.b'],
    ['an unknown option', [], { kind: {} }, 'UNKNOWN_OPTION', 'rows.kind'],
    ['a hidden prototype', [JSON.parse('{"__proto__":1}')], {}, 'RANGE', 'rows[0]'],
  ])('refuses %s', async (_, objects, options, code, path) => {
    const error = await failure(() => data.rows(objects as [], options));
    expect([error.code, error.path]).toEqual([code, path]);
  });
});

describe('a table', () => {
  it('gives rows as objects', () => {
    expect(cars.row(1)).toEqual({
      name: 'mustang',
      power: 160.5,
      origin: 'USA',
      sold: false,
      seen: null,
    });
    expect([...cars].map(({ name }) => name)).toEqual(['beetle', 'mustang', 'mini', 'impala']);
  });

  it('selects, drops, filters and takes', () => {
    expect(cars.select('power', 'name').names).toEqual(['power', 'name']);
    expect(cars.drop('power', 'name').names).toEqual(['origin', 'sold', 'seen']);
    const strong = cars.filter(({ power }, i) => Number(power) > 100 && i < 3);
    expect([...strong.column('name')]).toEqual(['mustang']);
    expect([...cars.take([2, 0, 2]).column('name')]).toEqual(['mini', 'beetle', 'mini']);
    expect([...cars.take(Uint32Array.of(3)).column('seen')]).toEqual([day]);
    expect([cars.head(2).length, cars.head().length, cars.head(0).length]).toEqual([2, 4, 0]);
    expect(cars.length).toBe(4);
  });

  it('derives columns, and puts them in the place of others', () => {
    const more = cars.map('double', ({ power }) => (power === null ? null : 2 * Number(power)));
    expect([...more.column('double')]).toEqual([68, 321, null, 321]);
    expect(more.names.at(-1)).toBe('double');
    const other = cars.map('power', (_, i) => i);
    expect([other.names, [...other.column('power')]]).toEqual([cars.names, [0, 1, 2, 3]]);
  });

  it('sorts numbers, texts and dates with missing values last and equal ones in their order', () => {
    const order = (name: string, descending = false) =>
      [...cars.sort(name, { descending }).column('name')].map((each) => String(each).slice(0, 2));
    expect(order('power')).toEqual(['be', 'mu', 'im', 'mi']);
    expect(order('power', true)).toEqual(['mu', 'im', 'be', 'mi']);
    expect(order('name')).toEqual(['be', 'im', 'mi', 'mu']);
    expect(order('seen')).toEqual(['mi', 'be', 'im', 'mu']);
  });

  it('counts values and their combinations', () => {
    expect(cars.column('power').counts()).toEqual([
      { value: '160.5', count: 2 },
      { value: '34', count: 1 },
    ]);
    expect([...cars.countBy('origin', 'sold')]).toEqual([
      { origin: 'Europe', sold: true, count: 1 },
      { origin: 'USA', sold: false, count: 1 },
      { origin: 'Europe', sold: null, count: 1 },
      { origin: 'USA', sold: true, count: 1 },
    ]);
    expect([...cars.countBy('origin')][0]).toEqual({ origin: 'Europe', count: 2 });
    expect(
      cars
        .filter(({ origin }) => origin === 'USA')
        .column('origin')
        .counts().length,
    ).toBe(1);
  });

  it('gives the numbers of a column', () => {
    expect(cars.column('power').toNumbers()).toEqual(Float64Array.of(34, 160.5, NaN, 160.5));
    expect(cars.column('sold').toNumbers()).toEqual(Float64Array.of(1, 0, NaN, 1));
    cars.column('power').toNumbers().fill(0);
    expect(cars.column('power').at(0)).toBe(34);
    expect([cars.column('power').at(-1), cars.column('power').at(9)]).toEqual([null, null]);
  });

  it.each<[string, () => unknown, string]>([
    ['a column that is not there', () => cars.column('pwer'), 'MISSING'],
    ['a number for a name', () => cars.column(0 as never), 'TYPE'],
    ['a column twice', () => cars.select('name', 'name'), 'DUPLICATE'],
    ['dropping what is not there', () => cars.drop('x'), 'MISSING'],
    ['a row beyond the end', () => cars.row(4), 'RANGE'],
    ['half a row', () => cars.row(0.5), 'TYPE'],
    ['taking a row beyond the end', () => cars.take([0, 4]), 'RANGE'],
    ['taking no list', () => cars.take(3 as never), 'TYPE'],
    ['no function', () => cars.filter('power' as never), 'TYPE'],
    ['no function to derive by', () => cars.map('x', 1 as never), 'TYPE'],
    ['derived values of two types', () => cars.map('x', (_, i) => (i === 0 ? 1 : 'x')), 'TYPE'],
    ['a derived prototype', () => cars.map('__proto__', () => 1), 'RANGE'],
    ['an unknown option', () => cars.sort('name', { desc: true } as never), 'UNKNOWN_OPTION'],
    ['counting by nothing', () => cars.countBy(), 'RANGE'],
    ['numbers of texts', () => cars.column('name').toNumbers(), 'TYPE'],
    ['a table of one’s own', () => new data.Table([1] as never), 'TYPE'],
  ])('refuses %s', async (_, body, code) => expect((await failure(body)).code).toBe(code));
});

describe('a terminal shows', () => {
  const lines = (text: string): readonly number[] => text.split('\n').map((line) => line.length);

  it('the first rows', () => {
    expect(inspect(cars.drop('sold'))).toBe(String(cars.drop('sold')));
    expect(String(cars)).toBe(
      [
        'name     power  origin  sold   seen',
        'beetle      34  Europe  true   2026-11-29',
        'mustang  160.5  USA     false',
        'mini            Europe         1970-01-01',
        'impala   160.5  USA     true   2026-11-29',
        '(4 rows, 5 columns)',
      ].join('\n'),
    );
  });

  it('rows and columns that fit, and counts the others', () => {
    const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`column ${i}`, i]));
    const table = data.rows(Array.from({ length: 12 }, () => wide));
    const text = String(table);
    expect(Math.max(...lines(text))).toBeLessThanOrEqual(80);
    expect(text.split('\n').at(-1)).toBe('… 2 more rows, 12 more columns (12 rows, 20 columns)');
  });

  it('a description that fits 80 and 40 columns', () => {
    expect(cars.describe({ columns: 80 })).toBe(
      [
        '4 rows, 5 columns',
        'column  kind      missing  values',
        'name    text            0  4 different: beetle, impala, mini, mustang',
        'power   number          1  34 to 160.5, mean 118.333',
        'origin  category        0  Europe 2, USA 2',
        'sold    boolean         1  true 2, false 1',
        'seen    date            1  1970-01-01 to 2026-11-29',
      ].join('\n'),
    );
    expect(Math.max(...lines(cars.describe({ columns: 40 })))).toBeLessThanOrEqual(40);
    expect(cars.describe({ columns: 40 })).toContain(
      'sold    boolean         1\n  true 2, false 1\n',
    );
  });

  it('no character that moves the cursor', () => {
    const table = data.rows([{ 'a\x1b[2J': 'x\x1b[31m\ny' }]);
    for (const text of [String(table), table.describe()])
      // eslint-disable-next-line no-control-regex -- the characters in question
      expect(text.replaceAll('\n', '')).not.toMatch(/[\0-\x1f]/);
  });

  it('long names and texts cut, and long tables of no values', () => {
    const table = data.rows([{ ['n'.repeat(90)]: 't'.repeat(900), empty: null }]);
    expect(Math.max(...lines(table.describe({ columns: 60 })))).toBeLessThanOrEqual(60);
    expect(table.describe()).toContain('no values');
    expect(String(data.rows([]))).toBe('(0 rows, 0 columns)');
  });
});

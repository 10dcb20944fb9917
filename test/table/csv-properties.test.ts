import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { native } from '../../src/native.js';
import { csvField, readSlowly } from '../oracle/csv.js';
import { generator } from '../oracle/random.js';

/** Reads texts as numbers, all in one column. */
function numbersOf(texts: readonly string[], options: data.ParseCsvOptions = {}): Float64Array {
  const table = data.parseCsv(`a\n${texts.join('\n')}\n`, {
    header: true,
    separator: ';',
    kinds: { a: 'number' },
    decimal: '.',
    ...options,
  });
  return table.column('a').toNumbers();
}

function expectNumbers(texts: readonly string[]): void {
  const read = numbersOf(texts);
  const wrong = texts.filter((text, i) => !Object.is(read[i], Number(text)));
  expect(wrong).toEqual([]);
}

const bits = new DataView(new ArrayBuffer(8));
const doubleOf = (high: number, low: number): number => {
  bits.setUint32(0, high);
  bits.setUint32(4, low);
  return bits.getFloat64(0);
};

describe('numbers have the bits of Number()', () => {
  const random = generator(11);
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
  const word = (): number => Math.floor(random() * 2 ** 32);

  it('with up to 40 digits and every exponent', () => {
    const texts: string[] = [];
    for (let exponent = -400; exponent <= 400; exponent++)
      for (let i = 0; i < 40; i++)
        texts.push(
          `${random() < 0.5 ? '-' : ''}${digits(1 + Math.floor(random() * 40))}e${exponent}`,
        );
    expectNumbers(texts);
  });

  it('written as the shortest, the longest and 17 digits of random doubles', () => {
    const doubles = Array.from({ length: 10_000 }, () => doubleOf(word(), word())).filter(
      Number.isFinite,
    );
    expectNumbers(doubles.map(String));
    expectNumbers(doubles.map((value) => value.toExponential(16)));
    expectNumbers(doubles.map((value) => value.toExponential(30)));
  });

  it('at the middle between two doubles, and one digit beside it', () => {
    const texts: string[] = [];
    for (let i = 0; i < 3000; i++) {
      // The middle of n and n + 1, times a power of two, has all its digits in a bigint.
      const mantissa = 2n ** 52n + BigInt(Math.floor(random() * 2 ** 52));
      const middle = (2n * mantissa + 1n) << BigInt(Math.floor(random() * 900));
      texts.push(String(middle), String(middle - 1n), String(middle + 1n), `${middle}.000001`);
    }
    expectNumbers(texts);
  });

  it('at the ends of the range', () => {
    expectNumbers([
      '0',
      '-0',
      '00',
      '0.0',
      '-0.0e5',
      '.5',
      '5.',
      '+5',
      '5e-324',
      '2.4703282292062327e-324',
      '2.4703282292062328e-324',
      '2.2250738585072014e-308',
      '2.2250738585072011e-308',
      '1.7976931348623157e308',
      '1.7976931348623158e308',
      '1.7976931348623159e308',
      '1e309',
      '9007199254740993',
      '9007199254740992.9999',
      `0.${'0'.repeat(400)}1e400`,
      '1e00000001',
      '0e99999999999999999999',
      '1e99999999999999999999',
      '1e-99999999999999999999',
      `${'1'.repeat(1000)}e-990`,
      `0.${'0'.repeat(330)}${'7'.repeat(900)}`,
    ]);
  });

  it('with a decimal comma', () => {
    const values = Array.from({ length: 2000 }, () => doubleOf(word(), word())).filter(
      Number.isFinite,
    );
    const texts = values.map((value) => value.toExponential(20).replace('.', ','));
    expect([...numbersOf(texts, { decimal: ',' })]).toEqual(values);
  });

  it('in any text that looks like one', () => {
    const part = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), maxLength: 25 });
    const form = fc.tuple(
      fc.constantFrom('', '-', '+'),
      part,
      fc.constantFrom('', '.'),
      part,
      part,
    );
    fc.assert(
      fc.property(form, ([sign, whole, point, fraction, exponent]) => {
        const mantissa = `${whole}${point}${point === '' ? '' : fraction}`;
        fc.pre(/\d/.test(mantissa));
        const text = `${sign}${mantissa}${exponent === '' ? '' : `e-${exponent.slice(0, 3)}`}`;
        expect(numbersOf([text])[0]).toBe(Number(text));
      }),
      { numRuns: 2000 },
    );
  });
});

const anyText = fc.string({
  unit: fc.constantFrom(...Array.from('ab,;"\n\r\t |1.é ')),
  maxLength: 8,
});

describe('texts', () => {
  it('come back from quoted fields as they were', () => {
    const grid = fc
      .integer({ min: 2, max: 5 })
      .chain((width) =>
        fc.array(fc.array(anyText, { minLength: width, maxLength: width }), { maxLength: 8 }),
      );
    fc.assert(
      fc.property(
        grid,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        (rows, separator, end, always) => {
          const width = rows[0]?.length ?? 2;
          const header = Array.from({ length: width }, (_, i) => `n${i}`);
          const kinds = Object.fromEntries(header.map((name) => [name, 'text' as const]));
          const lines = [header, ...rows].map((row) =>
            row.map((each) => csvField(each, always)).join(separator),
          );
          const table = data.parseCsv(lines.join(end), { separator, kinds });
          const read = Array.from(table, (row) => Object.values(row).map((cell) => cell ?? ''));
          expect(read).toEqual(rows);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('without faults are read as a slow reader reads them', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('ab,"\n\r 1')), maxLength: 30 });
    let compared = 0;
    fc.assert(
      fc.property(text, (body) => {
        const options = { separator: ',', trim: false, missing: [], header: ['x', 'y'] };
        const kinds = { x: 'text', y: 'text' } as const;
        let table: data.Table;
        try {
          table = data.parseCsv(body, { ...options, kinds });
        } catch {
          return; // a fault
        }
        compared++;
        const cells = Array.from(table, (row) => Object.values(row).map((cell) => cell ?? ''));
        // The slow reader takes a line with an empty quoted field for an empty one.
        expect(cells.filter((row) => row.some((each) => each !== '') || row.length > 1)).toEqual(
          readSlowly(body),
        );
      }),
      { numRuns: 5000 },
    );
    expect(compared).toBeGreaterThan(100);
  });
});

describe('the scanner', () => {
  it('reads the same columns in turns of any size', () => {
    const text = Buffer.from('1,x,01\n"2","y\ny",3\n,NA,4\n5e3,x,5\n');
    const options = {
      separator: ',',
      point: '.',
      trims: true,
      missing: ['NA'],
      start: 0,
      strict: true,
      columns: ['inferred', 'inferred', 'inferred'] as const,
    };
    const read = (budget: number) => {
      const scanner = new native.CsvScanner(options);
      while (scanner.advance(text, budget));
      return [0, 1, 2].map((i) => scanner.take(i));
    };
    const whole = read(1000);
    for (const budget of [0, 1, 2, 7, 20]) expect(read(budget)).toEqual(whole);
  });

  it('does not slow down for texts that another hash table would put in one place', () => {
    const count = 50_000;
    const texts = Array.from({ length: count }, (_, i) => `t${i * 65_536}`);
    const table = data.parseCsv(`a\n${texts.join('\n')}\n${texts.join('\n')}\n`);
    expect(table.column('a').counts().length).toBe(count);
    expect(table.column('a').at(count)).toBe('t0');
  });
});

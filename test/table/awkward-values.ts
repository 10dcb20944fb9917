/** Texts with odd numbers, dates and encodings. */
import type { Awkward } from './awkward.js';

const date = (text: string): Date => new Date(`${text}Z`);
const utf16 = (text: string, mark: readonly number[]): Uint8Array => {
  const bytes = Buffer.from(text, 'utf16le');
  return Uint8Array.from([...mark, ...(mark[0] === 0xfe ? bytes.swap16() : bytes)]);
};
export const values: readonly Awkward[] = [
  {
    about: 'integers and decimals',
    text: 'a,b\n1,1.0\n-2,.5\n',
    table: [
      ['a', 'b'],
      [1, 1],
      [-2, 0.5],
    ],
    kinds: ['integer', 'number'],
  },
  {
    about: 'signs and exponents',
    text: 'a\n+1\n-1e3\n2E-2\n3.\n',
    table: [['a'], [1], [-1000], [0.02], [3]],
  },
  {
    about: 'numbers too large and too small',
    text: 'a\n1e400\n-1e400\n1e-400\n',
    table: [['a'], [Infinity], [-Infinity], [0]],
  },
  {
    about: 'infinities',
    text: 'a\ninf\n-Infinity\n1\n',
    table: [['a'], [Infinity], [-Infinity], [1]],
  },
  {
    about: 'numbers that mean a missing value',
    text: 'temp,city\n-999,a\n12,b\n -999 ,c\n"-999",d\n0,e\n-9990,f\n',
    options: { missing: ['-999', '0'] },
    table: [
      ['temp', 'city'],
      [null, 'a'],
      [12, 'b'],
      [null, 'c'],
      [-999, 'd'],
      [null, 'e'],
      [-9990, 'f'],
    ],
    kinds: ['integer', 'text'],
  },
  {
    about: 'an integer beyond 2^53',
    text: 'a,b\n9007199254740993,9007199254740991\n-9007199254740992,1\n',
    table: [
      ['a', 'b'],
      ['9007199254740993', 9007199254740991],
      ['-9007199254740992', 1],
    ],
    kinds: ['text', 'integer'],
  },
  {
    about: 'an integer beyond 2^53 of a column of numbers',
    text: 'a\n9007199254740993\n1\n',
    options: { kinds: { a: 'number' } },
    table: [['a'], [9007199254740992], [1]],
    kinds: ['number'],
  },
  {
    about: 'codes with zeros in front',
    text: 'zip\n01234\n99999\n',
    table: [['zip'], ['01234'], ['99999']],
    kinds: ['text'],
  },
  {
    about: 'a code after many numbers',
    text: 'zip,n\n99999,1\n88888,2\n01234,3\n',
    table: [
      ['zip', 'n'],
      ['99999', 1],
      ['88888', 2],
      ['01234', 3],
    ],
  },
  {
    about: 'codes that are numbers',
    text: 'a\n007\n',
    options: { kinds: { a: 'integer' } },
    table: [['a'], [7]],
  },
  {
    about: 'numbers that are texts',
    text: 'a\n1.50\n2\n',
    options: { kinds: { a: 'text' } },
    table: [['a'], ['1.50'], ['2']],
  },
  {
    about: 'a text after numbers',
    text: 'a\n1.50\n\n2e1\nx\n',
    table: [['a'], ['1.50'], ['2e1'], ['x']],
  },
  {
    about: 'texts that begin like numbers',
    text: 'a\n1x\n1e\n-\n.\n+.e1\n1 2\n0x10\n',
    table: [['a'], ['1x'], ['1e'], ['-'], ['.'], ['+.e1'], ['1 2'], ['0x10']],
  },
  {
    about: 'missing values',
    text: 'a,b\nNA,x\n1,NULL\nnan,\n',
    table: [
      ['a', 'b'],
      [null, 'x'],
      [1, null],
      [null, null],
    ],
  },
  {
    about: 'a quoted NA',
    text: 'country\n"NA"\nDE\nNA\n',
    table: [['country'], ['NA'], ['DE'], [null]],
  },
  {
    about: 'a marker of its own',
    text: 'a\n?\n1\n',
    options: { missing: ['?'] },
    table: [['a'], [null], [1]],
  },
  {
    about: 'a column without values',
    text: 'a,b\n,1\n,2\n',
    table: [
      ['a', 'b'],
      [null, 1],
      [null, 2],
    ],
    kinds: ['number', 'integer'],
  },
  {
    about: 'missing values before texts',
    text: 'a,b\n,1\n,2\nx,3\n',
    table: [
      ['a', 'b'],
      [null, 1],
      [null, 2],
      ['x', 3],
    ],
  },
  {
    about: 'true and false',
    text: 'a\ntrue\nFALSE\n\nTrue\n',
    table: [['a'], [true], [false], [true]],
    kinds: ['boolean'],
  },
  {
    about: 'dates',
    text: 'a\n2026-11-29\n1970-01-01\n',
    table: [['a'], [date('2026-11-29T00:00')], [date('1970-01-01T00:00')]],
    kinds: ['date'],
  },
  {
    about: 'times with zones',
    text: 'a\n2026-11-29 12:30\n2026-11-29T12:30:00.25+01:30\n',
    table: [['a'], [date('2026-11-29T12:30')], [date('2026-11-29T11:00:00.250')]],
  },
  {
    about: 'a day that does not exist',
    text: 'a\n2026-02-30\n2026-02-28\n',
    table: [['a'], ['2026-02-30'], ['2026-02-28']],
    kinds: ['text'],
  },
  {
    about: 'categories',
    text: 'a\nx\ny\nx\ny\n',
    table: [['a'], ['x'], ['y'], ['x'], ['y']],
    kinds: ['category'],
  },
  {
    about: 'decimal commas',
    text: 'a;b\n1,5;2\n-0,25;1,25e1\n',
    table: [
      ['a', 'b'],
      [1.5, 2],
      [-0.25, 12.5],
    ],
  },
  {
    about: 'thousands are no decimals',
    text: 'a;b\n1,500;2\n',
    table: [
      ['a', 'b'],
      ['1,500', 2],
    ],
  },
  {
    about: 'given decimal commas',
    text: 'a;b\n1,500;2\n',
    options: { decimal: ',' },
    table: [
      ['a', 'b'],
      [1.5, 2],
    ],
  },
  {
    about: 'texts beyond ASCII',
    text: 'a,b\nnaïve,日本\n🚗,"ü,ü"\n',
    table: [
      ['a', 'b'],
      ['naïve', '日本'],
      ['🚗', 'ü,ü'],
    ],
  },
  {
    about: 'UTF-16 with its mark',
    text: utf16('a;b\r\nü;1\r\n', [0xff, 0xfe]),
    table: [
      ['a', 'b'],
      ['ü', 1],
    ],
  },
  {
    about: 'UTF-16 of the other order',
    text: utf16('a,b\nü,1', [0xfe, 0xff]),
    table: [
      ['a', 'b'],
      ['ü', 1],
    ],
  },
  {
    about: 'windows-1252',
    text: Uint8Array.of(0x61, 0x0a, 0x80, 0xfc),
    options: { encoding: 'windows-1252' },
    table: [['a'], ['€ü']],
  },
  { about: 'a zero byte in a text', text: 'a\nx\0y\n', table: [['a'], ['x\0y']] },
];

/** Texts with faults. */
import type { Awkward } from './awkward.js';

const date = (text: string): Date => new Date(`${text}Z`);
const lenient = { lenient: true };

export const faults: readonly Awkward[] = [
  {
    about: 'a fraction in a column of integers, read leniently',
    text: 'a,b\n1,x\n1.5,y\n9007199254740993,z\n1e3,z\n007,z\n',
    options: { kinds: { a: 'integer' }, lenient: true },
    table: [
      ['a', 'b'],
      [1, 'x'],
      [null, 'y'],
      [null, 'z'],
      [1000, 'z'],
      [7, 'z'],
    ],
    faults: [
      [3, 1],
      [4, 1],
    ],
  },
  { about: 'an empty text', text: '', refused: ['FORMAT', 'text', 'no record'] },
  { about: 'only empty lines', text: '\n \r\n', refused: ['FORMAT', 'text', 'no record'] },
  {
    about: 'too few fields',
    text: 'a,b\n1,2\n3\n',
    refused: ['FORMAT', 'text:3:2', 'a record of 1 field'],
  },
  {
    about: 'too few fields, lenient',
    text: 'a,b\n1,2\n3\n',
    options: lenient,
    table: [
      ['a', 'b'],
      [1, 2],
      [3, null],
    ],
    faults: [[3, 2]],
  },
  {
    about: 'too many fields',
    text: 'a,b\n1,2,3\n',
    refused: ['FORMAT', 'text:2:5', 'more than 2 fields'],
  },
  {
    about: 'too many fields, lenient',
    text: 'a,b\n1,2,"x,y",4\n5,6\n',
    options: lenient,
    table: [
      ['a', 'b'],
      [1, 2],
      [5, 6],
    ],
    faults: [[2, 5]],
  },
  {
    about: 'a quote without end',
    text: 'a,b\n1,2\n3,"x\n4,5\n',
    refused: ['FORMAT', 'text:3:3', 'in the column "b"'],
  },
  {
    about: 'a quote without end, lenient',
    text: 'a,b\n3,"x\n4,5',
    options: lenient,
    table: [
      ['a', 'b'],
      [3, 'x\n4,5'],
    ],
    faults: [[2, 3]],
  },
  {
    about: 'a quote in a field',
    text: 'a,b\n1,5" pipe\n',
    refused: ['FORMAT', 'text:2:4', 'a quote within an unquoted field'],
  },
  {
    about: 'a quote in a field, lenient',
    text: 'a,b\n1,5" pipe\n',
    options: lenient,
    table: [
      ['a', 'b'],
      [1, '5" pipe'],
    ],
    faults: [[2, 4]],
  },
  {
    about: 'text behind a quote',
    text: 'a,b\n"x"y,1\n',
    refused: ['FORMAT', 'text:2:4', 'text behind a closing quote'],
  },
  {
    about: 'text behind a quote, lenient',
    text: 'a,b\n"x""z" y,1\n',
    options: lenient,
    table: [
      ['a', 'b'],
      ['x"z y', 1],
    ],
    faults: [[2, 7]],
  },
  {
    about: 'a text among chosen numbers',
    text: 'ü,b\n1,2\nx,3\n',
    options: { kinds: { ü: 'number' } },
    refused: ['FORMAT', 'text:3:1', 'in the column "ü"'],
  },
  {
    about: 'a text among chosen numbers, lenient',
    text: 'a,b\n"ü\nü",é y\n',
    options: { lenient: true, kinds: { b: 'number' } },
    table: [
      ['a', 'b'],
      ['ü\nü', null],
    ],
    faults: [[3, 4]],
  },
  {
    about: 'a fraction among chosen integers',
    text: 'a\n1\n2.5\n',
    options: { kinds: { a: 'integer' } },
    refused: ['FORMAT', 'text:3:1', 'another value in the column "a"'],
  },
  {
    about: 'another date than chosen',
    text: 'a\n2026-01-01\n1/2/2026\n',
    options: { kinds: { a: 'date' } },
    refused: ['FORMAT', 'text:3:1', 'a date such as'],
  },
  {
    about: 'another date than chosen, lenient',
    text: 'a\n2026-01-01\nsoon\n',
    options: { lenient: true, kinds: { a: 'date' } },
    table: [['a'], [date('2026-01-01T00:00')], [null]],
    faults: [[3, 1]],
  },
  {
    about: 'yes is neither true nor false',
    text: 'a\nyes\n',
    options: { kinds: { a: 'boolean' } },
    refused: ['FORMAT', 'text:2:1', 'true or false'],
  },
  {
    about: 'a kind of another column',
    text: 'power\n1\n',
    options: { kinds: { powr: 'number' } },
    refused: ['UNKNOWN_OPTION', 'kinds.powr', 'did you mean `power`?'],
  },
  { about: 'equal names', text: 'a,a\n1,2\n', refused: ['DUPLICATE', 'text', 'two columns "a"'] },
  {
    about: 'a name that objects cannot have',
    text: '__proto__\n1\n',
    refused: ['RANGE', 'text', '__proto__'],
  },
  {
    about: 'bytes that are not UTF-8',
    text: Uint8Array.of(0x61, 0x0a, 0xc3, 0xbc, 0xfc, 0x0a),
    refused: ['FORMAT', 'text:2:2', 'not UTF-8'],
  },
  {
    about: 'bytes that are not UTF-8, lenient',
    text: Uint8Array.of(0x61, 0x0a, 0xfc, 0x0a),
    options: lenient,
    table: [['a'], ['\ufffd']],
    faults: [[2, 1]],
  },
  {
    about: 'half a character of UTF-16',
    text: Uint8Array.of(0xff, 0xfe, 0x61),
    refused: ['ENCODING', 'text', 'utf-16le'],
  },
];

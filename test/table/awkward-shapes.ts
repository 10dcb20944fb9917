/** Texts with odd line breaks, quotes and separators. */
import type { Awkward } from './awkward.js';

const lenient = { lenient: true };

export const shapes: readonly Awkward[] = [
  {
    about: 'one record and no line break',
    text: 'a,b\n1,2',
    table: [
      ['a', 'b'],
      [1, 2],
    ],
  },
  {
    about: 'Windows line breaks',
    text: 'a,b\r\n1,2\r\n3,4\r\n',
    table: [
      ['a', 'b'],
      [1, 2],
      [3, 4],
    ],
  },
  {
    about: 'line breaks of old Macs',
    text: 'a,b\r1,2\r3,4\r',
    table: [
      ['a', 'b'],
      [1, 2],
      [3, 4],
    ],
  },
  { about: 'mixed line breaks', text: 'a\r\n1\n2\r3', table: [['a'], [1], [2], [3]] },
  {
    about: 'empty lines',
    text: '\n\na,b\n\n1,2\n  \n\r\n3,4\n\n',
    table: [
      ['a', 'b'],
      [1, 2],
      [3, 4],
    ],
  },
  {
    about: 'a byte order mark',
    text: '\ufeffa,b\n1,2\n',
    table: [
      ['a', 'b'],
      [1, 2],
    ],
  },
  {
    about: 'a byte order mark before a quote',
    text: '\ufeff"a",b\n1,2\n',
    table: [
      ['a', 'b'],
      [1, 2],
    ],
  },
  {
    about: 'a separator in quotes',
    text: 'a,b\n"x,y",2\n',
    table: [
      ['a', 'b'],
      ['x,y', 2],
    ],
  },
  {
    about: 'a line break in quotes',
    text: 'a,b\n"x\r\ny",2\n',
    table: [
      ['a', 'b'],
      ['x\r\ny', 2],
    ],
  },
  { about: 'doubled quotes', text: 'a\n"say ""hi"""\n""""\n', table: [['a'], ['say "hi"'], ['"']] },
  {
    about: 'quotes around numbers',
    text: '"a","b"\n"1","2.5"\n',
    table: [
      ['a', 'b'],
      [1, 2.5],
    ],
  },
  {
    about: 'a quoted field at the end',
    text: 'a,b\n1,"x"',
    table: [
      ['a', 'b'],
      [1, 'x'],
    ],
  },
  {
    about: 'an empty quoted field',
    text: 'a,b\n"",x\n',
    table: [
      ['a', 'b'],
      [null, 'x'],
    ],
  },
  {
    about: 'spaces around fields',
    text: 'a , b\n 1 ,  x y \n',
    table: [
      ['a', 'b'],
      [1, 'x y'],
    ],
  },
  {
    about: 'spaces around quotes',
    text: 'a,b\n "x " ,1\n',
    table: [
      ['a', 'b'],
      ['x ', 1],
    ],
  },
  {
    about: 'spaces that belong to fields',
    text: 'a,b\n x, y \n',
    options: { trim: false },
    table: [
      ['a', 'b'],
      [' x', ' y '],
    ],
  },
  {
    about: 'a separator at the end of every line',
    text: 'a,b,\n1,2,\n',
    table: [
      ['a', 'b', 'column3'],
      [1, 2, null],
    ],
  },
  {
    about: 'a last line that ends in a separator',
    text: 'a,b\n1,',
    table: [
      ['a', 'b'],
      [1, null],
    ],
  },
  {
    about: 'semicolons',
    text: 'a;b\n1;2\n',
    table: [
      ['a', 'b'],
      [1, 2],
    ],
  },
  {
    about: 'tabs',
    text: 'a\tb\n1\t\n',
    table: [
      ['a', 'b'],
      [1, null],
    ],
  },
  {
    about: 'bars',
    text: 'a|b\n1|x,y\n',
    table: [
      ['a', 'b'],
      [1, 'x,y'],
    ],
  },
  {
    about: 'commas in texts between semicolons',
    text: 'a;b\nx, y;1\nz;2\n',
    table: [
      ['a', 'b'],
      ['x, y', 1],
      ['z', 2],
    ],
  },
  {
    about: 'a given separator',
    text: 'a:b\n1:2\n',
    options: { separator: ':' },
    table: [
      ['a', 'b'],
      [1, 2],
    ],
  },
  {
    about: 'semicolons within quoted names',
    text: '"a;x","b;y"\n1,2\n',
    table: [
      ['a;x', 'b;y'],
      [1, 2],
    ],
  },
  { about: 'one column', text: 'a\nx\n\ny\n', table: [['a'], ['x'], ['y']] },
  { about: 'a header alone', text: 'a,b\n', table: [['a', 'b']], kinds: ['number', 'number'] },
  {
    about: 'no header',
    text: '1,x\n2,y\n',
    options: { header: false },
    table: [
      ['column1', 'column2'],
      [1, 'x'],
      [2, 'y'],
    ],
  },
  {
    about: 'names from elsewhere',
    text: '1,x\n',
    options: { header: ['n', 't'] },
    table: [
      ['n', 't'],
      [1, 'x'],
    ],
  },
  {
    about: 'a name with a line break',
    text: '"a\nb",c\n1,2\n',
    table: [
      ['a\nb', 'c'],
      [1, 2],
    ],
  },
  {
    about: 'a column of an index without name',
    text: ',a\n0,x\n',
    table: [
      ['column1', 'a'],
      [0, 'x'],
    ],
  },
  {
    about: 'equal names, lenient',
    text: 'a,a,a_2\n1,2,3\n',
    options: lenient,
    table: [
      ['a', 'a_3', 'a_2'],
      [1, 2, 3],
    ],
  },
];

/** Prints tables as aligned text. */
import { shorten } from '../options.js';
import { type Cell, dateText } from './cells.js';
import type { Column } from './column.js';

const formats = new Map<boolean, Intl.NumberFormat>();

/** Formats a number with at most six significant digits, as `1,234,567`, `0.00012` or `1.5e+21`. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return wholeNumber(value);
  if (!Number.isFinite(value)) return String(value);
  const text = value.toPrecision(6);
  if (text.includes('e')) return String(Number(text));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function wholeNumber(value: number): string {
  let format = formats.get(true);
  if (format === undefined)
    formats.set(true, (format = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })));
  return Math.abs(value) < 10_000 ? String(value) : format.format(value);
}

// eslint-disable-next-line no-control-regex -- characters that move a terminal's cursor
const controls = /[\0-\x1f\x7f-\x9f\u2028\u2029]/g;

/** Replaces characters that would change the terminal, and shortens. */
export function visible(text: string, most = 60): string {
  const characters = Array.from(text.slice(0, 4 * most).replace(controls, '�'));
  return characters.length > most
    ? `${characters.slice(0, most - 1).join('')}…`
    : characters.join('');
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isInteger(cell) ? String(cell) : shortNumber(cell);
  return cell instanceof Date ? dateText(cell) : visible(String(cell), 24);
}

/** Returns the number of characters of a text. */
export const widthOf = (text: string): number => Array.from(text).length;

/** Pads a text to a width, on its right or left. */
export function pad(text: string, width: number, onLeft = false): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return onLeft ? blanks + text : text + blanks;
}

/** The rows that are shown. */
const mostRows = 10;

/** Returns the lines of one column: its name and its first values, equally wide. */
function columnLines(column: Column): readonly string[] {
  const isNumber = column.kind === 'number' || column.kind === 'integer';
  const count = Math.min(mostRows, column.length);
  const cells = Array.from({ length: count }, (_, row) => cellText(column.at(row)));
  const texts = [visible(column.name, 24), ...cells];
  const width = Math.max(...texts.map(widthOf));
  return texts.map((text) => pad(text, width, isNumber));
}

/** Chooses as many columns from the left as fit. The first one always does. */
function fitting(columns: readonly Column[], width: number): readonly (readonly string[])[] {
  const shown: (readonly string[])[] = [];
  let used = 0;
  for (const column of columns) {
    const lines = columnLines(column);
    const next = used + widthOf(lines[0]!) + (shown.length > 0 ? 2 : 0);
    if (shown.length > 0 && next > width) break;
    shown.push(lines);
    used = next;
  }
  return shown;
}

const plural = (count: number, noun: string): string =>
  `${wholeNumber(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Returns `3 rows, 2 columns`. */
export const sizeText = (rows: number, columns: number): string =>
  `${plural(rows, 'row')}, ${plural(columns, 'column')}`;

/** Returns the first rows of a table in lines of at most `width` characters, and a line with its size. */
export function tableText(columns: readonly Column[], rows: number, width: number): string {
  const shown = fitting(columns, width);
  const height = shown[0]?.length ?? 0;
  const lines = Array.from({ length: height }, (_, i) =>
    shorten(shown.map((each) => each[i]!).join('  '), Math.max(width, 1)).trimEnd(),
  );
  const hidden = columns.length - shown.length;
  const more = [
    ...(rows > mostRows ? [plural(rows - mostRows, 'more row')] : []),
    ...(hidden > 0 ? [plural(hidden, 'more column')] : []),
  ];
  const size = sizeText(rows, columns.length);
  return [...lines, more.length > 0 ? `… ${more.join(', ')} (${size})` : `(${size})`].join('\n');
}

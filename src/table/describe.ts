/** Describes the columns of a table for a terminal. */
import { Column } from './column.js';
import { dateText } from './cells.js';
import { pad, shortNumber, sizeText, visible, widthOf } from './grid.js';

/** Sums of a column of numbers, without its missing values. */
interface Range {
  readonly least: number;
  readonly greatest: number;
  readonly mean: number;
}

/** Returns least, greatest and mean; undefined where all values are missing. */
function rangeOf(values: Float64Array): Range | undefined {
  let [least, greatest, mean, count] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    mean += (value - mean) / ++count;
  }
  return count === 0 ? undefined : { least, greatest, mean };
}

function numberSummary(column: Column): string {
  const range = rangeOf(column.toNumbers());
  if (range === undefined) return 'no values';
  const { least, greatest, mean } = range;
  if (column.kind === 'date')
    return `${dateText(new Date(least))} to ${dateText(new Date(greatest))}`;
  return `${shortNumber(least)} to ${shortNumber(greatest)}, mean ${shortNumber(mean)}`;
}

/** Lists the most frequent values, as many as fit into `width` characters. */
function textSummary(column: Column, width: number): string {
  const counts = column.counts();
  if (counts.length === 0) return 'no values';
  const isCategory = column.kind !== 'text';
  const each = counts.map(({ value, count }) =>
    isCategory ? `${visible(value, 24)} ${count}` : visible(value, 24),
  );
  let text = isCategory ? '' : `${shortNumber(counts.length)} different: `;
  for (const [i, value] of each.entries()) {
    const longer = `${text}${i > 0 ? ', ' : ''}${value}`;
    const isLast = i + 1 === each.length;
    if (i > 0 && widthOf(longer) + (isLast ? 0 : 3) > width) return `${text}, …`;
    text = longer;
  }
  return text;
}

function summary(column: Column, width: number): string {
  const isNumeric = ['number', 'integer', 'date'].includes(column.kind);
  return isNumeric ? numberSummary(column) : textSummary(column, width);
}

/** The narrowest place for a summary beside the other parts. */
const leastSummary = 32;

/** Describes each column in one line, or in two where the terminal is narrow. */
export function describeTable(columns: readonly Column[], rows: number, width: number): string {
  const names = columns.map(({ name }) => visible(name, 24));
  const nameWidth = Math.max(6, ...names.map(widthOf));
  const missing = columns.map((column) => String(column.missing));
  const missingWidth = Math.max(7, ...missing.map(widthOf));
  const start = nameWidth + 2 + 8 + 2 + missingWidth + 2;
  const isNarrow = width - start < leastSummary;
  const line = (name: string, kind: string, count: string, values: string): string => {
    const head = `${pad(name, nameWidth)}  ${pad(kind, 8)}  ${pad(count, missingWidth, true)}`;
    return `${head}${isNarrow ? '\n  ' : '  '}${visible(values, isNarrow ? width - 2 : width - start)}`;
  };
  const head = isNarrow
    ? `${pad('column', nameWidth)}  ${pad('kind', 8)}  ${pad('missing', missingWidth, true)}`
    : line('column', 'kind', 'missing', 'values');
  const lines = columns.map((column, i) => {
    const room = isNarrow ? width - 2 : width - start;
    return line(names[i]!, column.kind, missing[i]!, summary(column, room));
  });
  return [sizeText(rows, columns.length), head, ...lines].join('\n');
}

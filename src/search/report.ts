/** Prints a study as a table that fits a terminal. */
import { checkNumber, checkOptions } from '../options.js';
import { formatNumber } from '../terminal/number-text.js';
import { wrap } from '../terminal/style.js';
import type { Parameter } from './parameters.js';
import type { ChoiceValue } from './space.js';
import { type TrialRecord, type TrialState, ranking } from './trial-record.js';

/** Options of {@link Study.report}. */
export interface ReportOptions {
  /** The greatest width of a line in characters, an integer, at least 20. Default: the terminal's, or 80. */
  readonly columns?: number;
  /** The most trials of the table, an integer, at least 1. Default 10. */
  readonly top?: number;
}

/** The parts of a study that its report shows. */
interface ReportParts {
  readonly name: string;
  readonly trials: readonly TrialRecord[];
  readonly parameters: readonly Parameter[];
  readonly maximize: boolean;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly options: ReportOptions;
}

/** Escapes control characters, and those that turn the direction of text: a terminal would obey them. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, (character) => {
    const hex = character.codePointAt(0)!.toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
  });
}

/** Formats a value of a parameter in few characters. */
function valueText(value: ChoiceValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'number') return printable(String(value));
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : formatNumber(value);
}

/** A column of the table. */
interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  /** True for text, which begins at the left. */
  readonly isText: boolean;
}

function columnsOf(best: readonly TrialRecord[], parameters: readonly Parameter[]): Column[] {
  const numbers = best.map(({ number }) => String(number));
  const values = best.map(({ value }) => formatNumber(value!));
  return [
    { title: 'trial', cells: numbers, isText: false },
    { title: 'value', cells: values, isText: false },
    ...parameters.map(({ name, dimension }) => ({
      title: printable(name),
      cells: best.map((trial) =>
        Object.hasOwn(trial.values, name) ? valueText(trial.values[name]) : '',
      ),
      isText: dimension.kind === 'choice',
    })),
  ];
}

const gap = 2;
const lengthOf = (text: string): number => Array.from(text).length;

/** Shortens a text to some characters. */
function fit(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

function widthOf({ title, cells }: Column): number {
  return Math.max(lengthOf(title), ...cells.map(lengthOf));
}

/** The greatest width of a cell; longer names and texts are cut. */
const widestCell = 18;

/** Puts columns beside each other, and begins another block where a line is full; each has the first column. */
function blocksOf(columns: readonly Column[], width: number): Column[][] {
  const [first, ...rest] = columns as [Column, ...Column[]];
  const blocks: Column[][] = [];
  let used = Infinity;
  for (const column of rest) {
    const needed = gap + Math.min(widthOf(column), widestCell);
    if (used + needed > width) {
      blocks.push([first]);
      used = widthOf(first);
    }
    blocks.at(-1)!.push(column);
    used += needed;
  }
  return blocks;
}

function linesOf(block: readonly Column[]): string[] {
  const rows = block[0]!.cells.length;
  const widths = block.map((column) => Math.min(widthOf(column), widestCell));
  const line = (textOf: (column: Column) => string): string =>
    block
      .map((column, i) => {
        const text = fit(textOf(column), widths[i]!);
        const space = ' '.repeat(widths[i]! - lengthOf(text));
        return column.isText ? text + space : space + text;
      })
      .join(' '.repeat(gap))
      .trimEnd();
  return [
    line(({ title }) => title),
    ...Array.from({ length: rows }, (_, row) => line(({ cells }) => cells[row]!)),
  ];
}

/** Counts trials by their states, such as `20 trials: 15 complete, 5 pruned`. */
function countsText(trials: readonly TrialRecord[]): string {
  const states: readonly TrialState[] = ['complete', 'pruned', 'failed', 'running', 'waiting'];
  const counts = states.flatMap((state) => {
    const count = trials.filter((trial) => trial.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const total = `${trials.length} ${trials.length === 1 ? 'trial' : 'trials'}`;
  return counts.length === 0 ? total : `${total}: ${counts.join(', ')}`;
}

/**
 * Returns the report of a study.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function reportText(parts: ReportParts): string {
  const { name, trials, parameters, maximize, notes, warnings, options } = parts;
  checkOptions('report', options, ['columns', 'top']);
  const { columns = process.stdout.columns || 80, top = 10 } = options;
  checkNumber('report.columns', columns, { min: 20, integer: true });
  checkNumber('report.top', top, { min: 1, integer: true });
  const best = ranking(trials, maximize).slice(0, top);
  const blocks = best.length === 0 ? [] : blocksOf(columnsOf(best, parameters), columns);
  return [
    ...wrap(`${printable(name)}, ${countsText(trials)}`, columns),
    ...blocks.flatMap((block) => ['', ...linesOf(block)]),
    ...(notes.length === 0 ? [] : ['', ...notes.flatMap((note) => wrap(printable(note), columns))]),
    ...warnings.flatMap((warning) => ['', ...wrap(`warning: ${printable(warning)}`, columns)]),
  ].join('\n');
}

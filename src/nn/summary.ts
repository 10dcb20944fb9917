/** The table that `model.summary()` returns. */

import { type PlacedLayer, count } from './layer.js';

/** One row of the table. */
export interface SummaryRow {
  readonly name: string;
  readonly kind: string;
  readonly outputShape: readonly number[];
  readonly parameters: number;
  /** Numbers that are state but no parameters. */
  readonly statistics: number;
  /** Whether a block's row above has its numbers already. */
  readonly isInner: boolean;
}

/** A row for each layer, and indented below a block one for each of its own. */
export function rowsOf(layers: readonly PlacedLayer[], indent = ''): SummaryRow[] {
  return layers.flatMap(({ name, layer, outputShape, parameters, statistics, layers: inner }) => [
    {
      ...{ name: indent + name, kind: layer.kind, outputShape, isInner: indent !== '' },
      ...{ parameters: count(parameters), statistics: count(statistics) },
    },
    ...rowsOf(inner ?? [], `${indent}  `),
  ]);
}

const header = ['Layer', 'Kind', 'Output shape', 'Parameters'] as const;

/** Columns padded to their widest cell, numbers to the right, a total below. */
export function table(rows: readonly SummaryRow[]): string {
  const cells = rows.map(({ name, kind, outputShape, parameters }) => [
    name,
    kind,
    `[${['batch', ...outputShape].join(', ')}]`,
    parameters.toLocaleString('en-US'),
  ]);
  const widths = header.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ');
  const outer = rows.filter(({ isInner }) => !isInner);
  const total = outer.reduce((sum, { parameters }) => sum + parameters, 0);
  const statistics = outer.reduce((sum, row) => sum + row.statistics, 0);
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width, 0) + 2 * (widths.length - 1));
  return [
    line(header),
    rule,
    ...cells.map(line),
    rule,
    `Total parameters: ${total.toLocaleString('en-US')}`,
    ...(statistics > 0 ? [`Running statistics: ${statistics.toLocaleString('en-US')}`] : []),
  ].join('\n');
}

/** The table that `model.summary()` returns. */

import { type PlacedLayer, count } from './layer.js';
import { trained } from './trainable.js';

/** One row of the table. */
interface SummaryRow {
  readonly name: string;
  readonly kind: string;
  readonly outputShape: readonly number[];
  readonly parameters: number;
  /** The number of trained parameters among them. */
  readonly trainable: number;
  /** The number of elements of running statistics. */
  readonly statistics: number;
  /** True where the row of a block above already includes this row's numbers. */
  readonly isInner: boolean;
}

/** Returns a row for each layer; below a block come indented rows for the block's own layers. */
export function rowsOf(
  layers: readonly PlacedLayer[],
  indent = '',
  isFrozen = false,
): SummaryRow[] {
  return layers.flatMap(({ name, layer, outputShape, parameters, statistics, layers: inner }) => [
    {
      name: indent + name,
      kind: layer.kind,
      outputShape,
      isInner: indent !== '',
      parameters: count(parameters),
      statistics: count(statistics),
      trainable: isFrozen ? 0 : count(trained(parameters)),
    },
    ...rowsOf(inner ?? [], `${indent}  `, isFrozen || layer.trainable === false),
  ]);
}

const show = (count: number): string => count.toLocaleString('en-US');

const header = ['Layer', 'Kind', 'Output shape', 'Parameters'] as const;

/** Returns the table: columns as wide as their widest cell, numbers to the right, and totals below. */
export function table(rows: readonly SummaryRow[]): string {
  const cells = rows.map(({ name, kind, outputShape, parameters, trainable }) => [
    name,
    kind,
    `[${['batch', ...outputShape].join(', ')}]`,
    `${parameters > trainable ? 'frozen ' : ''}${show(parameters)}`,
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
  const trainable = outer.reduce((sum, row) => sum + row.trainable, 0);
  const statistics = outer.reduce((sum, row) => sum + row.statistics, 0);
  const rule = '-'.repeat(widths.reduce((sum, width) => sum + width, 0) + 2 * (widths.length - 1));
  return [
    line(header),
    rule,
    ...cells.map(line),
    rule,
    `Total parameters: ${show(total)}`,
    ...(trainable < total ? [`Trained parameters: ${show(trainable)}`] : []),
    ...(statistics > 0 ? [`Running statistics: ${show(statistics)}`] : []),
  ].join('\n');
}

/** Counts the combinations of values in some columns. */
import { ThalwegError } from '../errors.js';
import { Column } from './column.js';

/** The combinations that occur, each by its first row. */
interface Combinations {
  readonly columns: readonly Column[];
  readonly rows: Uint32Array;
  readonly counts: readonly number[];
}

/** Counts the rows of each combination; the most frequent comes first, then the one that occurs first. */
export function countRows(selected: ReadonlyMap<string, Column>): Combinations {
  const columns = [...selected.values()];
  if (columns.length === 0)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'countBy',
      received: 'no column',
      expected: 'at least one column',
    });
  const codes = columns.map((column) => Column.cells(column, 'column').texts().codes);
  const found = new Map<string, { readonly row: number; count: number }>();
  for (let row = 0; row < columns[0]!.length; row++) {
    const key = codes.map((each) => each[row]).join();
    const known = found.get(key);
    if (known === undefined) found.set(key, { row, count: 1 });
    else known.count++;
  }
  const sorted = [...found.values()].sort((a, b) => b.count - a.count || a.row - b.row);
  return {
    columns,
    rows: Uint32Array.from(sorted, ({ row }) => row),
    counts: sorted.map(({ count }) => count),
  };
}

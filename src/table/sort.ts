/** Sorts rows by the values of one column. */
import type { Cells } from './cells.js';

/** Returns the rows in the order of their values; equal ones keep their order, and missing ones come last. */
export function sortedRows(cells: Cells, descending: boolean): Uint32Array {
  const rows = Array.from({ length: cells.length }, (_, row) => row);
  const present = rows.filter((row) => !cells.isMissing(row));
  present.sort((a, b) => (descending ? cells.compare(b, a) : cells.compare(a, b)) || a - b);
  return Uint32Array.from([...present, ...rows.filter((row) => cells.isMissing(row))]);
}

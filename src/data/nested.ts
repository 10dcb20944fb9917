/** Packs nested arrays of numbers. */
import { ThalwegError } from '../errors.js';
import { isArray, wrongType } from '../options.js';
import { isList } from '../values.js';

/** Rows of numbers, in arrays of any depth of at least 2, such as `number[][]`. */
export type NestedNumbers = readonly (readonly number[] | NestedNumbers)[];

const mostDepth = 64;

/** Returns the extents that the first items have. */
function extentsOf(path: string, value: unknown): readonly number[] {
  const extents: number[] = [];
  for (let item = value; isArray(item); item = item[0]) {
    if (!isList(item) || extents.length === mostDepth) throw wrongType(path, item, 'nested arrays');
    extents.push(item.length);
  }
  return extents;
}

/** Returns the numbers one after another, and the shape; throws TYPE, or SHAPE where the lengths differ. */
export function packNested(
  path: string,
  value: unknown,
): { readonly values: Float32Array; readonly shape: readonly number[] } {
  const shape = extentsOf(path, value);
  const values: number[] = [];
  const pack = (at: string, item: unknown, depth: number): void => {
    const extent = shape[depth];
    if (extent === undefined) {
      if (typeof item !== 'number')
        throw wrongType(at, item, 'a number', 'leave incomplete rows out');
      values.push(item);
      return;
    }
    if (!isArray(item)) throw wrongType(at, item, `an array of ${extent}`);
    if (item.length !== extent)
      throw new ThalwegError({
        code: 'SHAPE',
        path: at,
        received: `an array of ${item.length}`,
        expected: `an array of ${extent}, as before`,
      });
    for (let i = 0; i < extent; i++) pack(`${at}[${i}]`, item[i], depth + 1);
  };
  pack(path, value, 0);
  return { values: Float32Array.from(values), shape };
}

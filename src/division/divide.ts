/** Divides the rows of a data set into parts. */
import { ThalwegError } from '../errors.js';
import { native } from '../native.js';
import { checkBoolean } from '../options.js';
import { checkSeed } from '../values.js';
import { type KeyedRows, type RowKeys, checkKeys } from './keys.js';
import { dealClasses, dealGroups } from './strata.js';

/** Options of how rows are divided. */
export interface DivisionOptions {
  /**
   * True gives every part the same shares of the classes, each within one row of its exact share. The classes
   * are the data set's class indices, or one key for each row. It takes a list of rows. Default false.
   */
  readonly stratify?: boolean | RowKeys;
  /**
   * One key for each row, such as the patient that it comes from. Rows with equal keys stay in one part, so
   * parts have about the wanted sizes. It takes a list of rows. Default none.
   */
  readonly groupBy?: RowKeys;
  /** False keeps the rows in their order, as a time series needs. Default true. */
  readonly shuffle?: boolean;
  /** The seed of the shuffle, an integer in [0, 2^64). Default 0. */
  readonly seed?: bigint | number;
}

/** The names of {@link DivisionOptions}. */
export const divisionKeys = ['stratify', 'groupBy', 'shuffle', 'seed'];

/** The order in which a view shows all rows of a data set: a seed's, or a list. */
type ViewOrder = { readonly seed: bigint } | { readonly rows: Uint32Array };

/** Parts that lie one after another in an order. */
export interface Division {
  /** Undefined for the data set's own order. */
  readonly order: ViewOrder | undefined;
  /** The number of rows of each part. */
  readonly sizes: readonly number[];
}

/** The facts of a data set that a division uses. */
export interface Divided {
  readonly length: number;
  /** Returns the class of each row; throws where the data set has no class indices. */
  readonly classes: () => Int32Array;
}

/** The checked options. */
interface Rule {
  readonly seed: bigint | undefined;
  readonly strata: KeyedRows | undefined;
  readonly groups: KeyedRows | undefined;
}

function checkStrata(path: string, value: unknown, { length, classes }: Divided): Rule['strata'] {
  if (value === undefined || value === false) return undefined;
  return checkKeys(`${path}.stratify`, value === true ? classes() : value, length);
}

function checkRule(path: string, options: Record<string, unknown>, set: Divided): Rule {
  const { stratify, groupBy, shuffle = true, seed = 0n } = options;
  const isShuffled = checkBoolean(`${path}.shuffle`, shuffle);
  const checkedSeed = checkSeed(`${path}.seed`, seed);
  if (groupBy !== undefined && stratify !== undefined && stratify !== false)
    throw new ThalwegError({
      code: 'UNSUPPORTED',
      path: `${path}.groupBy`,
      received: 'groups, with stratify',
      expected: 'one of the two',
      remedy: 'leave stratify out: whole groups cannot have the same shares of all classes',
    });
  return {
    seed: isShuffled ? checkedSeed : undefined,
    strata: checkStrata(path, stratify, set),
    groups: groupBy === undefined ? undefined : checkKeys(`${path}.groupBy`, groupBy, set.length),
  };
}

/** Returns the numbers 0, 1, … in the order of the seed, or in their own. */
function ordered(length: number, seed: bigint | undefined): Uint32Array {
  const rows = new Uint32Array(length);
  if (seed === undefined) return rows.map((_, i) => i);
  const order = new native.Order({ length, seed, epoch: 0, exact: false, view: true });
  order.indices(0, 1, rows);
  order.dispose();
  return rows;
}

/** Returns the place at which each part begins where the parts follow one another. */
export function startsOf(sizes: readonly number[]): number[] {
  let next = 0;
  return sizes.map((size) => {
    next += size;
    return next - size;
  });
}

/** Returns the rows in an order of a division. */
export function orderRows(order: Division['order'], length: number): Uint32Array {
  if (order !== undefined && 'rows' in order) return order.rows;
  return ordered(length, order?.seed);
}

/** Returns the rows part by part, each part in the order of `rows`. */
function sortByPart(
  rows: Uint32Array,
  parts: number,
  partOf: (row: number) => number,
): { readonly rows: Uint32Array; readonly sizes: readonly number[] } {
  const of = rows.map((row) => partOf(row));
  const sizes = new Array<number>(parts).fill(0);
  for (const part of of) sizes[part]!++;
  const next = startsOf(sizes);
  const sorted = new Uint32Array(rows.length);
  of.forEach((part, i) => {
    sorted[next[part]!++] = rows[i]!;
  });
  return { rows: sorted, sizes };
}

/** Returns a function that gives each row of a class to the next part in the list of its class. */
function dealer({ numbers, counts }: KeyedRows, sizes: readonly number[]): (row: number) => number {
  const dealt = dealClasses(counts, sizes);
  const next = startsOf(counts);
  return (row) => dealt[next[numbers[row]!]!++]!;
}

/** Throws RANGE for fewer groups than parts. */
function checkGroups(path: string, groups: number, parts: number): void {
  if (groups >= parts) return;
  throw new ThalwegError({
    code: 'RANGE',
    path: `${path}.groupBy`,
    received: `${groups} groups for ${parts} parts`,
    expected: 'at least one group for each part',
    remedy: 'make fewer parts',
  });
}

/**
 * Divides the rows into parts of these sizes, which add up to all rows.
 *
 * @throws ThalwegError TYPE, SHAPE, SEED, RANGE, UNSUPPORTED
 */
export function divide(
  path: string,
  options: Record<string, unknown>,
  set: Divided,
  sizes: readonly number[],
): Division {
  const { seed, strata, groups } = checkRule(path, options, set);
  if (strata === undefined && groups === undefined)
    return { order: seed === undefined ? undefined : { seed }, sizes };
  const rows = ordered(set.length, seed);
  if (groups === undefined) {
    const sorted = sortByPart(rows, sizes.length, dealer(strata!, sizes));
    return { order: { rows: sorted.rows }, sizes };
  }
  checkGroups(path, groups.counts.length, sizes.length);
  const partOf = dealGroups(groups.counts, ordered(groups.counts.length, seed), sizes);
  const sorted = sortByPart(rows, sizes.length, (row) => partOf[groups.numbers[row]!]!);
  return { order: { rows: sorted.rows }, sizes: sorted.sizes };
}

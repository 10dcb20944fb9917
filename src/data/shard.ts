/** Shares of an order, for several processes that go through one data set together. */
import { checkNumber, checkOptions } from '../options.js';

/** One share of an order that several processes work through together. */
export interface Shard {
  /** From 0 to world − 1. */
  readonly rank: number;
  /** How many shares there are, 1 to 2^20. */
  readonly world: number;
}

/** A share, or TYPE, RANGE, UNKNOWN_OPTION; undefined is all. */
export function checkShard(path: string, value: unknown): Shard {
  if (value === undefined) return { rank: 0, world: 1 };
  const { rank, world: given } = checkOptions(path, value, ['rank', 'world']);
  const world = checkNumber(`${path}.world`, given, { min: 1, max: 2 ** 20, integer: true });
  return Object.freeze({
    rank: checkNumber(`${path}.rank`, rank, { min: 0, max: world - 1, integer: true }),
    world,
  });
}

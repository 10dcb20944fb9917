/** Shards of an order, for several processes that work through one data set together. */
import { checkNumber, checkOptions } from '../options.js';

/** One process's share of an order that several processes work through together. */
export interface Shard {
  /** The number of this share, an integer from 0 to world − 1. */
  readonly rank: number;
  /** The number of shares, an integer from 1 to 2^20. */
  readonly world: number;
}

/** Returns the checked shard, by default the only one; throws TYPE, RANGE or UNKNOWN_OPTION. */
export function checkShard(path: string, value: unknown): Shard {
  if (value === undefined) return { rank: 0, world: 1 };
  const { rank, world: given } = checkOptions(path, value, ['rank', 'world']);
  const world = checkNumber(`${path}.world`, given, { min: 1, max: 2 ** 20, integer: true });
  return Object.freeze({
    rank: checkNumber(`${path}.rank`, rank, { min: 0, max: world - 1, integer: true }),
    world,
  });
}

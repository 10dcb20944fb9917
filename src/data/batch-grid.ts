/** Divides the positions of an epoch's order into batches of shards. */
import type { Shard } from './shard.js';

/** The parameters of a {@link BatchGrid}. */
interface Deal {
  /** The number of positions of a whole epoch. */
  readonly positions: number;
  /** The number of positions of a batch. */
  readonly batchSize: number;
  readonly shard: Shard;
  /** The treatment of an incomplete last batch; see {@link ShufflerOptions}. */
  readonly last: 'keep' | 'drop' | 'mask';
}

/** The batches of one shard in an epoch. */
export class BatchGrid {
  readonly #deal: Deal;

  constructor(deal: Deal) {
    this.#deal = deal;
  }

  /** The number of positions that one batch of every shard takes. */
  get stride(): number {
    return this.#deal.batchSize * this.#deal.shard.world;
  }

  /** Returns the number of this shard's batches from a position on. */
  batchesFrom(position: number): number {
    const { positions, batchSize, last } = this.#deal;
    const left = positions - position;
    if (last === 'drop') return Math.floor(left / this.stride);
    if (last === 'mask') return Math.ceil(left / this.stride);
    return Math.ceil(this.#rowsFrom(position) / batchSize);
  }

  /** Returns the number of rows of this shard's batch at a position; the last batch may be smaller. */
  rowsAt(position: number): number {
    return Math.min(this.#deal.batchSize, this.#rowsFrom(position));
  }

  /** Returns the position after one batch of every shard. */
  after(position: number): number {
    return Math.min(this.#deal.positions, position + this.stride);
  }

  /** Returns where this shard's batch begins in a stratified order, which has all shards' in a row. */
  stratumStart(position: number): number {
    const { positions, batchSize, shard } = this.#deal;
    const left = positions - position;
    if (left >= this.stride) return position + shard.rank * batchSize;
    const smaller = Math.floor(left / shard.world);
    return position + shard.rank * smaller + Math.min(shard.rank, left % shard.world);
  }

  /** Returns the number of this shard's rows from a position on. */
  #rowsFrom(position: number): number {
    const { positions, shard } = this.#deal;
    return Math.max(0, Math.ceil((positions - position - shard.rank) / shard.world));
  }
}

/** How the positions of an epoch's order are dealt out: in batches, to shards. */
import type { Shard } from './shard.js';

/** What is dealt out, and to whom. */
interface Deal {
  /** Positions of the order of a whole epoch. */
  readonly positions: number;
  /** Positions of a batch. */
  readonly batchSize: number;
  readonly shard: Shard;
  /** What becomes of the last positions, which fill no whole batch, as in {@link ShufflerOptions}. */
  readonly last: 'keep' | 'drop' | 'mask';
}

/** One shard's batches of an epoch. */
export class BatchGrid {
  readonly #deal: Deal;

  constructor(deal: Deal) {
    this.#deal = deal;
  }

  /** Positions that all shards together use up with one batch each. */
  get stride(): number {
    return this.#deal.batchSize * this.#deal.shard.world;
  }

  /** This shard's batches from a position on. */
  batchesFrom(position: number): number {
    const { positions, batchSize, last } = this.#deal;
    const left = positions - position;
    if (last === 'drop') return Math.floor(left / this.stride);
    if (last === 'mask') return Math.ceil(left / this.stride);
    return Math.ceil(this.#rowsFrom(position) / batchSize);
  }

  /** Rows of this shard's batch at a position: fewer than a batch at the end of an epoch. */
  rowsAt(position: number): number {
    return Math.min(this.#deal.batchSize, this.#rowsFrom(position));
  }

  /** Where the next batches begin. */
  after(position: number): number {
    return Math.min(this.#deal.positions, position + this.stride);
  }

  /** Stratified orders hold the shards' batches one after another: this shard's begins here. */
  stratumStart(position: number): number {
    const { positions, batchSize, shard } = this.#deal;
    const left = positions - position;
    if (left >= this.stride) return position + shard.rank * batchSize;
    const smaller = Math.floor(left / shard.world);
    return position + shard.rank * smaller + Math.min(shard.rank, left % shard.world);
  }

  /** This shard's rows from a position on. */
  #rowsFrom(position: number): number {
    const { positions, shard } = this.#deal;
    return Math.max(0, Math.ceil((positions - position - shard.rank) / shard.world));
  }
}

/** Batches of shuffled row indices, resumable anywhere. */
import { ThalwegError } from '../errors.js';
import { type NativeOrder, native } from '../native.js';
import { checkBoolean, checkNumber, checkOneOf, describe, requireOptions } from '../options.js';
import { BatchGrid } from './batch-grid.js';
import { type OrderOptions, checkOrder, indexArray } from './order.js';
import { Sampling, checkSampling } from './sampling.js';
import { type Shard, checkShard } from './shard.js';

/** Options of {@link Shuffler}. */
export interface ShufflerOptions extends OrderOptions {
  /** Rows of a batch, at least 1. */
  readonly batchSize: number;
  /**
   * The last rows of an epoch that fill no whole batch: `keep` yields a smaller batch, `drop` leaves
   * them out, `mask` fills the batch up with the value `length`, which is no row (`data.gather`
   * writes zeros and the class -1 for it). With `drop` and `mask` all shards yield the same number
   * of batches. Default `keep`.
   */
  readonly last?: 'keep' | 'drop' | 'mask';
  /** This one's share: positions rank, rank + world, … of the one global order. Default all. */
  readonly shard?: Shard;
  /**
   * Exactly uniform at any length, for 4 (8 from 2^32 rows) bytes a row; otherwise only up to 2^16
   * rows, above by an index cipher without memory. Default false.
   */
  readonly exact?: boolean;
  /**
   * Which rows an epoch visits, from `data.weighted` or `data.stratified`, which must be of `length`
   * rows. Default each row once, in an order uniform by itself.
   */
  readonly sampling?: Sampling;
}

/**
 * Where a {@link Shuffler} stands: plain JSON. Batch size and shards may change on resumption, unless
 * the sampling is stratified.
 */
export interface ShufflerState {
  /** Of this layout. */
  readonly version: 1;
  /** Rows. */
  readonly length: number;
  /** In decimal. */
  readonly seed: string;
  /** Whether orders of more than 2^16 rows are exactly uniform. */
  readonly exact: boolean;
  /**
   * Of the sampling, where there is one: its fingerprint, and after it, where it is stratified, the
   * batch size and the shards.
   */
  readonly sampling?: string;
  /** Epoch of the next batch. */
  readonly epoch: number;
  /** Positions of the global order already used up in this epoch. */
  readonly position: number;
}

const keys = ['length', 'batchSize', 'seed', 'epoch', 'last', 'shard', 'exact', 'sampling'];

/**
 * Iterates the index batches of one epoch after another: each `for … of` runs through the rest of
 * the current epoch and then advances to the next. Every batch is an array of its own, a
 * Uint32Array, or a Float64Array from 2^32 - 1 rows on.
 *
 * The order depends on (length, seed, epoch, exact, sampling) alone, not on batches, shards, threads
 * or instruction set; only a stratified one follows the batch size and the number of shards.
 *
 * @throws ThalwegError RANGE, TYPE, SEED, UNKNOWN_OPTION, EMPTY_EPOCH, SHAPE, DISPOSED
 * @example
 * const shuffler = new data.Shuffler({ length: 60_000, batchSize: 128, seed: 7n });
 * for (const indices of shuffler) console.log(data.gather(digits.train, indices));
 */
export class Shuffler implements Iterable<Uint32Array | Float64Array> {
  /** Rows. */
  readonly length: number;
  /** Rows of a batch. */
  readonly batchSize: number;
  /** Seed of every epoch's order. */
  readonly seed: bigint;
  /** Whether orders of more than 2^16 rows are exactly uniform. */
  readonly exact: boolean;
  /** What becomes of the last rows of an epoch. */
  readonly last: 'keep' | 'drop' | 'mask';
  /** This one's share. */
  readonly shard: Shard;
  /** Which rows an epoch visits; undefined: each once. */
  readonly sampling: Sampling | undefined;
  readonly #grid: BatchGrid;
  #epoch: number;
  #position = 0;
  /** The current epoch's order, made when first read. */
  #order: NativeOrder | undefined;

  constructor(options: ShufflerOptions) {
    const path = 'Shuffler';
    const checked = requireOptions(path, options, keys);
    const { length, seed, epoch } = checkOrder(path, checked);
    this.length = length;
    this.seed = seed;
    this.#epoch = epoch;
    this.batchSize = checkNumber(`${path}.batchSize`, checked['batchSize'], {
      min: 1,
      max: 2 ** 32 - 1,
      integer: true,
    });
    this.last = checkOneOf(`${path}.last`, checked['last'] ?? 'keep', ['keep', 'drop', 'mask']);
    this.exact = checkBoolean(`${path}.exact`, checked['exact'] ?? false);
    this.shard = checkShard(`${path}.shard`, checked['shard']);
    this.sampling = checkSampling(`${path}.sampling`, checked['sampling'], length);
    if (this.sampling && this.exact) refuseExact(`${path}.exact`);
    const { positions, batchSize, shard, last } = this;
    this.#grid = new BatchGrid({ positions, batchSize, shard, last });
    if (this.batches === 0)
      throw new ThalwegError({
        code: 'EMPTY_EPOCH',
        path,
        received: `${this.positions} rows in batches of ${this.batchSize}, rank ${this.shard.rank} of ${this.shard.world}`,
        expected: 'at least one batch an epoch',
        remedy: this.last === 'drop' ? "use a smaller batchSize or last: 'keep'" : '',
      });
  }

  /** Epoch of the next batch, or of the last one inside a loop. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Positions of the global order used up in this epoch, by all shards together. */
  get position(): number {
    return this.#position;
  }

  /** Of the global order of an epoch: its rows, or the draws of the sampling. */
  get positions(): number {
    return this.sampling?.draws ?? this.length;
  }

  /** Batches of a whole epoch. */
  get batches(): number {
    return this.#grid.batchesFrom(0);
  }

  /**
   * Yields the rest of the current epoch, then advances to the next. A loop that is left goes on with the batch behind;
   * left at the last batch of an epoch, it goes on with the next epoch.
   */
  *[Symbol.iterator](): Generator<Uint32Array | Float64Array, void, undefined> {
    this.#leaveEpoch(); // an iterator that was not asked for more, nor closed, left it
    const epoch = this.#epoch;
    try {
      while (this.#epoch === epoch && this.#isWithin) {
        const batch = this.#batchAt(this.#position);
        this.#position = this.#grid.after(this.#position);
        yield batch;
      }
    } finally {
      if (this.#epoch === epoch) this.#leaveEpoch();
    }
  }

  /** Whether the current epoch has batches left. */
  get #isWithin(): boolean {
    return this.#grid.batchesFrom(this.#position) > 0;
  }

  /** Advances to the next epoch where no batch of this one is left. */
  #leaveEpoch(): void {
    if (!this.#isWithin) this.#startEpoch(this.#epoch + 1);
  }

  #batchAt(position: number): Uint32Array | Float64Array {
    const { rank, world } = this.shard;
    this.#order ??= new native.Order({
      length: this.length,
      seed: this.seed,
      epoch: this.#epoch,
      exact: this.exact,
      sampling: this.#nativeSampling(),
      batch: this.batchSize,
      world,
    });
    const rows = this.#grid.rowsAt(position);
    const batch = indexArray(this.length, this.last === 'keep' ? rows : this.batchSize);
    if (this.#isStratified)
      this.#order.indices(this.#grid.stratumStart(position), 1, batch.subarray(0, rows));
    else this.#order.indices(position + rank, world, batch.subarray(0, rows));
    return batch.fill(this.length, rows);
  }

  get #isStratified(): boolean {
    return this.sampling?.kind === 'stratified';
  }

  #nativeSampling(): ReturnType<typeof Sampling.handle> | undefined {
    return this.sampling && Sampling.handle(this.sampling, 'Shuffler.sampling');
  }

  #startEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#position = 0;
    this.#order?.dispose();
    this.#order = undefined;
  }

  /**
   * Moves to a position of the global order, in rows, and optionally to another epoch, in constant
   * time. The next batch starts there; at the end of an epoch it is the first of the next. A stratified order is entered only where its batches begin.
   *
   * @throws ThalwegError RANGE, TYPE
   */
  seek(position: number, epoch: number = this.#epoch): void {
    const { positions } = this;
    const to = checkNumber('seek.position', position, { min: 0, max: positions, integer: true });
    const of = checkNumber('seek.epoch', epoch, { min: 0, integer: true });
    if (this.#isStratified && to % this.#grid.stride !== 0 && to !== positions)
      throw new ThalwegError({
        code: 'RANGE',
        path: 'seek.position',
        received: String(to),
        expected: `a multiple of ${this.#grid.stride}, the rows of all shards' batches`,
      });
    if (of !== this.#epoch) this.#startEpoch(of);
    this.#position = to;
  }

  /** What {@link restore} needs to go on with the next batch. */
  state(): ShufflerState {
    const done = !this.#isWithin;
    return {
      version: 1,
      length: this.length,
      seed: this.seed.toString(),
      exact: this.exact,
      ...(this.sampling && { sampling: this.#samplingState(this.sampling) }),
      epoch: done ? this.#epoch + 1 : this.#epoch,
      position: done ? 0 : this.#position,
    };
  }

  /** What `JSON.stringify` writes: {@link state}. */
  toJSON(): ShufflerState {
    return this.state();
  }

  #samplingState({ fingerprint }: Sampling): string {
    const { batchSize, shard } = this;
    return this.#isStratified ? `${fingerprint} ${batchSize} ${shard.world}` : fingerprint;
  }

  /**
   * Goes on where `state` was taken, possibly with other batches or shards.
   *
   * @throws ThalwegError STATE_MISMATCH where the state is of another order; VERSION, TYPE, RANGE
   */
  restore(state: ShufflerState): void {
    const path = 'state';
    const known = ['version', 'length', 'seed', 'exact', 'sampling', 'epoch', 'position'];
    const checked = requireOptions(path, state, known);
    if (checked['version'] !== 1)
      throw new ThalwegError({
        code: 'VERSION',
        path: `${path}.version`,
        received: describe(checked['version']),
        expected: '1',
      });
    const own = this.state();
    for (const key of ['length', 'seed', 'exact', 'sampling'] as const)
      if (checked[key] !== own[key])
        throw new ThalwegError({
          code: 'STATE_MISMATCH',
          path: `${path}.${key}`,
          received: describe(checked[key]),
          expected: `${describe(own[key])}, as this shuffler has`,
          remedy: 'resume with the data set, seed and sampling of the saved run',
        });
    const epoch = checkNumber(`${path}.epoch`, checked['epoch'], { min: 0, integer: true });
    this.seek(checked['position'] as number, epoch);
  }
}

function refuseExact(path: string): never {
  throw new ThalwegError({
    code: 'RANGE',
    path,
    received: 'true, with a sampling',
    expected: 'false',
    remedy: 'leave exact out: samplings choose the order themselves',
  });
}

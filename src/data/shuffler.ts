/** Yields batches of shuffled row indices, and can be resumed at any batch. */
import { ThalwegError } from '../errors.js';
import { type NativeOrder, native } from '../native.js';
import { checkBoolean, checkNumber, checkOneOf, describe, requireOptions } from '../options.js';
import { BatchGrid } from './batch-grid.js';
import { type OrderOptions, checkOrder, indexArray } from './order.js';
import { Sampling, checkSampling } from './sampling.js';
import { type Shard, checkShard } from './shard.js';

/** Options of {@link Shuffler}. */
export interface ShufflerOptions extends OrderOptions {
  /** The number of rows of a batch, an integer from 1 to 2^32 - 1. */
  readonly batchSize: number;
  /**
   * The treatment of an epoch's last rows where they do not fill a whole batch. `'keep'` yields a
   * smaller batch. `'drop'` leaves the rows out. `'mask'` fills the batch up with the padding value
   * `length`, for which `data.gather` writes zeros and the class -1. With `'drop'` and `'mask'`, all
   * shards yield the same number of batches. Default `'keep'`.
   */
  readonly last?: 'keep' | 'drop' | 'mask';
  /** The share of this process: positions rank, rank + world, … of the global order. Default: all. */
  readonly shard?: Shard;
  /**
   * True makes orders that are exactly uniform at any length, with 4 bytes of memory a row (8 from 2^32
   * rows on). False makes orders of more than 2^16 rows by an index cipher, which takes no memory.
   * Default false.
   */
  readonly exact?: boolean;
  /**
   * The choice of an epoch's rows, made by `data.weighted` or `data.stratified` for `length` rows.
   * Default: each row once, in a uniformly random order.
   */
  readonly sampling?: Sampling;
}

/**
 * The position of a {@link Shuffler} in its order; plain JSON. A shuffler with another batch size or
 * other shards can restore it, unless the sampling is stratified.
 */
export interface ShufflerState {
  /** The version of this layout. */
  readonly version: 1;
  /** The number of rows. */
  readonly length: number;
  /** The seed in decimal. */
  readonly seed: string;
  /** True where orders of more than 2^16 rows are exactly uniform. */
  readonly exact: boolean;
  /**
   * The fingerprint of the sampling; for a stratified one also the batch size and the number of shards.
   * Absent without a sampling.
   */
  readonly sampling?: string;
  /** The epoch of the next batch. */
  readonly epoch: number;
  /** The number of positions of the global order that are used up in this epoch. */
  readonly position: number;
}

const keys = ['length', 'batchSize', 'seed', 'epoch', 'last', 'shard', 'exact', 'sampling'];

/**
 * Yields batches of row indices, one epoch after another. Each `for … of` runs through the rest of the
 * current epoch, and then advances to the next. Every batch is a new Uint32Array, or from 2^32 - 1 rows
 * on a Float64Array.
 *
 * The order depends on `length`, `seed`, `epoch`, `exact` and `sampling` alone, not on batches, shards,
 * threads or instruction sets. Only a stratified order also depends on the batch size and the number of
 * shards.
 *
 * @throws ThalwegError RANGE, TYPE, SEED, UNKNOWN_OPTION, EMPTY_EPOCH, SHAPE, DISPOSED
 * @example
 * const shuffler = new data.Shuffler({ length: 60_000, batchSize: 128, seed: 7n });
 * for (const indices of shuffler) console.log(data.gather(digits.train, indices));
 */
export class Shuffler implements Iterable<Uint32Array | Float64Array> {
  /** The number of rows. */
  readonly length: number;
  /** The number of rows of a batch. */
  readonly batchSize: number;
  /** The seed of every epoch's order. */
  readonly seed: bigint;
  /** True where orders of more than 2^16 rows are exactly uniform. */
  readonly exact: boolean;
  /** The treatment of an epoch's incomplete last batch. */
  readonly last: 'keep' | 'drop' | 'mask';
  /** The share of this process. */
  readonly shard: Shard;
  /** The choice of an epoch's rows; undefined where each row comes once. */
  readonly sampling: Sampling | undefined;
  readonly #grid: BatchGrid;
  #epoch: number;
  #position = 0;
  /** The order of the current epoch, made when it is first read. */
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

  /** The epoch of the next batch; within a loop, the epoch of the batch that was yielded last. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The number of positions of the global order that all shards have used up in this epoch. */
  get position(): number {
    return this.#position;
  }

  /** The number of positions of an epoch's global order: the rows, or the draws of the sampling. */
  get positions(): number {
    return this.sampling?.draws ?? this.length;
  }

  /** The number of batches of a whole epoch. */
  get batches(): number {
    return this.#grid.batchesFrom(0);
  }

  /**
   * Yields the rest of the current epoch, then advances to the next. After a loop that was left early,
   * the next loop begins with the following batch; after an epoch's last batch, with the next epoch.
   */
  *[Symbol.iterator](): Generator<Uint32Array | Float64Array, void, undefined> {
    this.#leaveEpoch(); // an earlier iterator may have stopped after the last batch, without closing
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

  /** True where the current epoch has batches left. */
  get #isWithin(): boolean {
    return this.#grid.batchesFrom(this.#position) > 0;
  }

  /** Advances to the next epoch where the current one has no batches left. */
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
   * Moves to a position of the global order, and optionally to another epoch, in constant time. The next
   * batch begins there; from the end of an epoch, it is the first of the next epoch.
   *
   * @param position an integer from 0 to `positions`; in a stratified order a place where the batches of
   * all shards begin, or the end
   * @param epoch an integer, at least 0. Default: the current epoch
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

  /** Returns the state that {@link restore} takes to go on with the next batch. */
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

  /** Returns {@link state}, which `JSON.stringify` writes. */
  toJSON(): ShufflerState {
    return this.state();
  }

  #samplingState({ fingerprint }: Sampling): string {
    const { batchSize, shard } = this;
    return this.#isStratified ? `${fingerprint} ${batchSize} ${shard.world}` : fingerprint;
  }

  /**
   * Moves to the position of `state`, which a shuffler with other batches or shards may have taken.
   *
   * @throws ThalwegError STATE_MISMATCH where the state belongs to another order; VERSION, TYPE, RANGE
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
    remedy: 'leave out exact, because the sampling chooses the order',
  });
}

/** Samplings: which rows an epoch visits, where it is not each row once in a uniform order. */
import { checkArray, isArrayOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { type NativeSampling, native } from '../native.js';
import { checkBoolean, checkNumber, describe, isArray, requireOptions } from '../options.js';
import { Dataset } from './dataset.js';

/** Options of {@link weighted}. */
export interface WeightedOptions {
  /**
   * One a row, 0 or from 2^-500 to 2^500; only their ratios matter. A row of weight 0 is never
   * drawn. Copied.
   */
  readonly weights: Float64Array | Float32Array | readonly number[];
  /**
   * True (default): each draw of an epoch takes a row with a chance of its share of all weights,
   * whatever was drawn before. False: the same among the rows not drawn yet.
   */
  readonly replacement?: boolean;
  /**
   * Rows drawn an epoch. Default as many as there are rows; without replacement, as there are rows
   * of a weight above 0, which is the most that can be drawn.
   */
  readonly draws?: number;
}

/** Options of {@link stratified}. */
export interface StratifiedOptions {
  /** The class of each row, from 0 to 2^24 - 1; or a data set that has class indices. Copied. */
  readonly labels: Int32Array | Uint8Array | Dataset;
}

/**
 * Which rows an epoch visits, for `data.Shuffler` and `trainer.fit`: made by {@link weighted} or
 * {@link stratified}, from weights or classes that it keeps in native memory. Any number of
 * shufflers and trainers may share one.
 */
export class Sampling implements Disposable {
  /** How rows are chosen. */
  readonly kind: 'weighted' | 'stratified';
  /** Rows it chooses among. */
  readonly length: number;
  /** Rows it chooses an epoch. */
  readonly draws: number;
  /** Tells it from samplings of other weights, classes or options: 16 hexadecimal digits. */
  readonly fingerprint: string;
  #native: NativeSampling | undefined;

  /**
   * Use {@link weighted} or {@link stratified}.
   *
   * @internal
   */
  constructor(kind: 'weighted' | 'stratified', handle: NativeSampling) {
    const { length, draws, fingerprint } = handle.info();
    this.kind = kind;
    this.length = length;
    this.draws = draws;
    this.fingerprint = fingerprint;
    this.#native = handle;
  }

  /** Frees the memory, once no order reads it; later use throws DISPOSED. */
  dispose(): void {
    this.#native?.dispose();
    this.#native = undefined;
  }

  /** As {@link Sampling.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * The native half.
   *
   * @internal
   */
  static handle(sampling: unknown, path: string): NativeSampling {
    if (!(sampling instanceof Sampling))
      throw new ThalwegError({
        code: 'TYPE',
        path,
        received: describe(sampling),
        expected: 'a sampling such as data.weighted or data.stratified makes',
      });
    if (sampling.#native === undefined)
      throw new ThalwegError({
        code: 'DISPOSED',
        path,
        received: 'a disposed sampling',
        expected: 'a live sampling',
      });
    return sampling.#native;
  }
}

/** The sampling for a data set of `length` rows, TYPE, DISPOSED or SHAPE; undefined stays. */
export function checkSampling(path: string, value: unknown, length: number): Sampling | undefined {
  if (value === undefined) return undefined;
  Sampling.handle(value, path);
  const sampling = value as Sampling;
  if (sampling.length !== length)
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `a sampling of ${sampling.length} rows`,
      expected: `one of the data set's ${length} rows`,
    });
  return sampling;
}

/** EMPTY where there is nothing to choose from. */
function checkRows(path: string, length: number): void {
  if (length === 0)
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: 'no row',
      expected: 'at least one row',
    });
  checkNumber(`${path}.length`, length, { max: 2 ** 32 - 2 });
}

function checkWeights(path: string, value: unknown): Float64Array {
  if (!isArray(value))
    return isArrayOf(value, Float32Array)
      ? Float64Array.from(checkArray(path, value, Float32Array))
      : checkArray(path, value, Float64Array);
  for (const [i, weight] of value.entries()) checkNumber(`${path}[${i}]`, weight);
  return Float64Array.from(value as number[]);
}

/**
 * Rows drawn by weight, as for classes of which there are few rows. Draws are a pure function of
 * weights, seed and epoch, the same bits on every machine; each row's chance is right to about
 * 1e-15 of itself, also of one in more than 2^24 rows.
 *
 * With replacement: an alias table of 16 bytes a row (Walker 1977, Vose 1991), a draw in constant
 * time and at any position. Without: the rows in ascending order of −ln(u) / weight, u uniform
 * (Efraimidis and Spirakis 2006), sorted anew each epoch; this takes 34 bytes a row for as long.
 *
 * @throws ThalwegError RANGE, TYPE, DTYPE, DETACHED, RESIZABLE, MEMORY, UNKNOWN_OPTION
 * @example
 * const sampling = data.weighted({ weights: data.balancedWeights(labels) });
 * const shuffler = new data.Shuffler({ length: labels.length, batchSize: 64, sampling });
 */
export function weighted(options: WeightedOptions): Sampling {
  const path = 'weighted';
  const checked = requireOptions(path, options, ['weights', 'replacement', 'draws']);
  const replacement = checkBoolean(`${path}.replacement`, checked['replacement'] ?? true);
  const { draws: given } = checked;
  const draws =
    given === undefined
      ? 0
      : checkNumber(`${path}.draws`, given, { min: 1, max: 2 ** 53 - 1, integer: true });
  const weights = checkWeights(`${path}.weights`, checked['weights']);
  checkRows(`${path}.weights`, weights.length);
  return new Sampling('weighted', new native.Sampling({ weights, replacement, draws }));
}

/**
 * Each row once an epoch, in batches whose class shares are as even as whole numbers allow: of a
 * class, any two whole batches hold numbers of rows that differ by at most one, and so do the
 * smaller last batches of the shards. Which rows come together, and when, is uniformly random; an
 * epoch is a pure function of labels, seed, epoch, batch size and the number of shards.
 *
 * @throws ThalwegError RANGE, TYPE, DTYPE, SHAPE, DISPOSED, DETACHED, RESIZABLE, MEMORY,
 * UNKNOWN_OPTION
 * @example
 * await trainer.fit(digits.train, { epochs: 5, sampling: data.stratified({ labels: digits.train }) });
 */
export function stratified(options: StratifiedOptions): Sampling {
  const path = 'stratified';
  const { labels } = requireOptions(path, options, ['labels']);
  if (labels instanceof Dataset) {
    const handle = Dataset.handle(labels, `${path}.labels`);
    return new Sampling('stratified', new native.Sampling({ labels: handle }));
  }
  const classes = checkClasses(`${path}.labels`, labels);
  return new Sampling('stratified', new native.Sampling({ labels: classes }));
}

function checkClasses(path: string, labels: unknown): Int32Array {
  const classes = isArrayOf(labels, Uint8Array)
    ? Int32Array.from(checkArray(path, labels, Uint8Array))
    : checkArray(path, labels, Int32Array);
  checkRows(path, classes.length);
  return classes;
}

/**
 * Weights under which every class is drawn equally often: 1 / (rows of the row's class).
 *
 * @throws ThalwegError RANGE, TYPE, DTYPE, DETACHED, RESIZABLE
 * @example
 * data.balancedWeights(Uint8Array.of(0, 0, 0, 1)); // [1/3, 1/3, 1/3, 1]
 */
export function balancedWeights(labels: Int32Array | Uint8Array): Float64Array {
  const classes = checkClasses('labels', labels);
  const counts = new Map<number, number>();
  for (const label of classes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float64Array.from(classes, (label) => 1 / counts.get(label)!);
}

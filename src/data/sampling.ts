/** Samplings choose the rows of an epoch, instead of each row once in a uniformly random order. */
import { checkArray, isArrayOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { type NativeSampling, native } from '../native.js';
import { checkBoolean, checkNumber, isArray, requireOptions, wrongType } from '../options.js';
import { checkList, isInstance, isObject } from '../values.js';
import { Dataset, nativeDataset } from './dataset.js';
import { classesOf } from './rows.js';

/** Options of {@link weighted}. */
export interface WeightedOptions {
  /**
   * One weight for each row, 0 or from 2^-500 to 2^500; only their ratios matter. A row of weight 0 is
   * never drawn. The weights are copied.
   */
  readonly weights: Float64Array | Float32Array | readonly number[];
  /**
   * True draws each row with a probability of its share of all weights, whatever was drawn before.
   * False draws among the rows that the epoch has not drawn yet. Default true.
   */
  readonly replacement?: boolean;
  /**
   * The number of rows that an epoch draws, an integer, at least 1. With replacement, the default is
   * the number of rows. Without, the default and the most is the number of rows with a weight above 0.
   */
  readonly draws?: number;
}

/** Options of {@link stratified}. */
export interface StratifiedOptions {
  /** The class of each row, from 0 to 2^24 - 1, which is copied; or a data set with class indices. */
  readonly labels: Int32Array | Uint8Array | Dataset;
}

/**
 * A choice of the rows that an epoch visits, for `data.Shuffler` and `trainer.fit`. {@link weighted}
 * and {@link stratified} make one from weights or classes, which it keeps in native memory. Any number
 * of shufflers and trainers may share it.
 */
export class Sampling implements Disposable {
  /** The function that made the sampling. */
  readonly kind: 'weighted' | 'stratified';
  /** The number of rows among which it chooses. */
  readonly length: number;
  /** The number of rows that it chooses for an epoch. */
  readonly draws: number;
  /** A hash of the weights or classes and of the options, as 16 hexadecimal digits. */
  readonly fingerprint: string;
  #native: NativeSampling | undefined;

  /**
   * Use {@link weighted} or {@link stratified}.
   *
   * @internal
   */
  constructor(kind: 'weighted' | 'stratified', handle: NativeSampling) {
    if (!isObject(handle))
      throw wrongType('new data.Sampling', kind, 'a call of data.weighted or data.stratified');
    const { length, draws, fingerprint } = handle.info();
    this.kind = kind;
    this.length = length;
    this.draws = draws;
    this.fingerprint = fingerprint;
    this.#native = handle;
  }

  /** Frees the memory as soon as no order reads it; later use throws DISPOSED. */
  dispose(): void {
    this.#native?.dispose();
    this.#native = undefined;
  }

  /** Calls {@link Sampling.dispose}, so that `using` works. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * Returns the native sampling; throws TYPE for another value and DISPOSED for a disposed one.
   *
   * @internal
   */
  static handle(sampling: unknown, path: string): NativeSampling {
    if (!isInstance(sampling, Sampling))
      throw wrongType(path, sampling, 'a sampling such as data.weighted or data.stratified makes');
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

/** Returns the checked sampling of `length` rows, or undefined; throws TYPE, DISPOSED or SHAPE. */
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

/** Throws RANGE where there is no row to choose from, or too many. */
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
  return Float64Array.from(checkList(path, value, 'an array of weights', checkNumber));
}

/**
 * Makes a sampling that draws rows by weight, for example to draw rare classes more often. The draws
 * depend only on weights, options, seed and epoch, and are the same on every machine. The relative error
 * of each row's probability is about 1e-15, also with more than 2^24 rows.
 *
 * With replacement, it uses an alias table of 16 bytes a row (Walker 1977, Vose 1991), which draws in
 * constant time at any position. Without replacement, it sorts the rows by −ln(u) / weight with uniform
 * u, the smallest first (Efraimidis and Spirakis 2006). It sorts anew for each epoch, which takes 34
 * bytes a row meanwhile.
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
 * Makes a sampling that visits each row once an epoch, in batches whose class shares are as even as
 * whole numbers allow. The numbers of rows of a class in any two whole batches differ by at most one,
 * and so do those in the smaller last batches of the shards. The composition and order of the batches
 * are uniformly random otherwise. An epoch depends only on labels, seed, epoch, batch size and the
 * number of shards.
 *
 * @throws ThalwegError RANGE, TYPE, DTYPE, SHAPE, DISPOSED, DETACHED, RESIZABLE, MEMORY,
 * UNKNOWN_OPTION
 * @example
 * await trainer.fit(digits.train, { epochs: 5, sampling: data.stratified({ labels: digits.train }) });
 */
export function stratified(options: StratifiedOptions): Sampling {
  const path = 'stratified';
  const { labels } = requireOptions(path, options, ['labels']);
  if (isInstance(labels, Dataset)) {
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
 * Returns weights with which every class is drawn equally often. The weight of a row is 1 divided by
 * the number of rows of its class.
 *
 * @param labels the class of each row, or a data set with class indices
 * @throws ThalwegError RANGE, TYPE, DTYPE, SHAPE, DISPOSED, DETACHED, RESIZABLE
 * @example
 * data.balancedWeights(Uint8Array.of(0, 0, 0, 1)); // [1/3, 1/3, 1/3, 1]
 */
export function balancedWeights(labels: Int32Array | Uint8Array | Dataset): Float64Array {
  const classes = isInstance(labels, Dataset)
    ? classesOf(nativeDataset(labels, 'labels'))
    : checkClasses('labels', labels);
  const counts = new Map<number, number>();
  for (const label of classes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float64Array.from(classes, (label) => 1 / counts.get(label)!);
}

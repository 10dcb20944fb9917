/** Data sets: rows of features with labels, which native code holds. */
import type { Divided } from '../division/divide.js';
import type { DatasetSplitOptions, FoldOptions, Parts } from '../division/split.js';
import { planFolds, planSplit } from '../division/split.js';
import { ThalwegError } from '../errors.js';
import { type NativeDataset, type NativeViewRows, native } from '../native.js';
import { checkNumber, checkOptions, wrongType } from '../options.js';
import { checkList, checkSeed, isInstance, isObject, propertyOf } from '../values.js';
import { type Example, rowsKept } from './example.js';
import { checkRows, checkSameRows, classesOf } from './rows.js';
import { type WeightOptions, planWeights } from './weights.js';
import { type WindowOptions, planWindows } from './window.js';

/** The result of {@link Dataset.split}. */
export type Split<O extends DatasetSplitOptions = DatasetSplitOptions> = Parts<Dataset, O>;

/** One fold of {@link Dataset.kFold}. */
export interface Fold {
  /** The rows of all other folds. */
  readonly train: Dataset;
  /** The rows of this fold. */
  readonly validation: Dataset;
}

/** The handles of the data sets below, so that V8 knows of their memory as long as a view needs it. */
const below = new WeakMap<Dataset, readonly NativeDataset[]>();

/**
 * A data set in native memory. Make one with {@link fromArrays}, `data.idx` or `data.mnist`. Its methods make
 * views of it, which share its rows: {@link Dataset.split}, {@link Dataset.kFold}, {@link Dataset.take},
 * {@link Dataset.window} and others. A view serves wherever a data set does, and lives on when the data set
 * that it looks at is disposed of.
 *
 * `postMessage` sends a data set to another thread of the process without its rows, which the threads then
 * share: see {@link fromMessage}.
 */
export class Dataset implements Disposable {
  /** The number of rows. */
  readonly length: number;
  /** The shape of one row. */
  readonly shape: readonly number[];
  /** The number of features of one row. */
  readonly features: number;
  /** `sparse`: one class index for each row; `dense`: values; `none`: no labels. */
  readonly labelKind: 'none' | 'sparse' | 'dense';
  /** The number of label values for each row: 1 for class indices, 0 without labels. */
  readonly labelWidth: number;
  /** True where each row has a weight; see {@link Dataset.withWeights}. */
  readonly weighted: boolean;
  /** The name of the native rows in this process, by which {@link fromMessage} finds them. */
  readonly id: string;
  #native: NativeDataset | undefined;

  /**
   * Use {@link fromArrays}.
   *
   * @internal
   */
  constructor(shape: readonly number[], handle: NativeDataset, of: readonly NativeDataset[] = []) {
    if (!isObject(shape) || !isObject(handle))
      throw wrongType('new data.Dataset', shape, 'a call of data.fromArrays');
    const { rows, features, labelKind, labelWidth, weighted, id } = handle.info();
    this.length = rows;
    this.shape = Object.freeze([...shape]);
    this.features = features;
    this.labelKind = labelKind;
    this.labelWidth = labelWidth;
    this.weighted = weighted;
    this.id = id;
    this.#native = handle;
    below.set(this, of);
    Object.freeze(this); // its facts are those of the native rows
  }

  /**
   * Divides the rows into parts for training, validation and a test. The parts are disjoint, and together have
   * every row. A shuffled split holds its order in a closed form from 2^16 rows on, and an unshuffled one takes
   * no memory at all; `stratify` and `groupBy` keep a list of 4 bytes a row.
   *
   * The same seed makes the same split on every machine. No epoch has the same order, whatever its seed.
   *
   * @throws ThalwegError RANGE, TYPE, SHAPE, SEED, UNSUPPORTED, UNKNOWN_OPTION, DISPOSED, MEMORY
   * @example
   * const { train, validation, test } = digits.train.split({ validation: 0.2, test: 0.1, seed: 7 });
   */
  split<const O extends DatasetSplitOptions>(options: O): Split<O> {
    const { order, runs } = planSplit(options, this.#divided());
    const all = order === undefined ? this : this.#view(order);
    const part = (name: keyof typeof runs) => runs[name] && all.#part(runs[name]);
    const parts = { train: part('train'), validation: part('validation'), test: part('test') };
    return parts as Split<O>;
  }

  /**
   * Divides the rows into `k` folds of the same size, or one row more, for cross-validation. Each row is in the
   * validation of one fold, and in the training of all others. The folds share one order; see
   * {@link Dataset.split}.
   *
   * @param k an integer from 2 to the number of rows
   * @throws ThalwegError RANGE, TYPE, SHAPE, SEED, UNSUPPORTED, UNKNOWN_OPTION, DISPOSED, MEMORY
   * @example
   * for (const { train, validation } of digits.train.kFold(5, { stratify: true, seed: 7 })) {
   *   console.log(train.length, validation.length);
   * }
   */
  kFold(k: number, options: FoldOptions = {}): readonly Fold[] {
    const { order, folds } = planFolds(k, options, this.#divided());
    const all = order === undefined ? this : this.#view(order);
    return folds.map(({ train, validation }) => ({
      train: all.#part(train),
      validation: all.#part(validation),
    }));
  }

  /**
   * Returns a view of the first `count` rows.
   *
   * @param count an integer from 1 to the number of rows
   * @throws ThalwegError RANGE, TYPE, DISPOSED
   */
  take(count: number): Dataset {
    return this.#part([
      0,
      checkNumber('take.count', count, { min: 1, max: this.length, integer: true }),
    ]);
  }

  /**
   * Returns a view without the first `count` rows.
   *
   * @param count an integer from 0 to the number of rows minus 1
   * @throws ThalwegError RANGE, TYPE, DISPOSED
   */
  skip(count: number): Dataset {
    const range = { min: 0, max: this.length - 1, integer: true };
    const first = checkNumber('skip.count', count, range);
    return this.#part([first, this.length - first]);
  }

  /**
   * Returns a view of these rows in this order. A row may come more than once. The view keeps a copy of the
   * list.
   *
   * @param rows integers from 0 to the number of rows minus 1, at least one
   * @throws ThalwegError RANGE, TYPE, DTYPE, DETACHED, RESIZABLE, DISPOSED, MEMORY
   */
  select(rows: Uint32Array | readonly number[]): Dataset {
    return this.#view({ rows: checkRows('select', rows, this.length) });
  }

  /**
   * Returns a view of the rows for which a function returns true. It is called once for each row, and the view
   * keeps a list of 4 bytes for each row that stays.
   *
   * @throws ThalwegError TYPE, RANGE where no row stays, DISPOSED, MEMORY, and whatever the function throws
   * @example
   * const zerosAndOnes = digits.train.filter(({ label }) => label === 0 || label === 1);
   */
  filter(keeps: (example: Example, row: number) => boolean): Dataset {
    return this.#view({ rows: rowsKept(nativeDataset(this), this, keeps) });
  }

  /**
   * Returns a view of all rows in an order that is fixed once. `fit` shuffles anew in each epoch anyway.
   *
   * @param options `seed`: an integer in [0, 2^64). Default 0
   * @throws ThalwegError TYPE, SEED, UNKNOWN_OPTION, DISPOSED, MEMORY
   */
  shuffle(options: { readonly seed?: bigint | number } = {}): Dataset {
    const { seed = 0n } = checkOptions('shuffle', options, ['seed']);
    return this.#view({ seed: checkSeed('shuffle.seed', seed) });
  }

  /**
   * Returns a data set of these rows and then those of others, which are not copied.
   *
   * @param others data sets whose rows have the same shape, type, scale and kind of labels
   * @throws ThalwegError SHAPE, TYPE, RANGE without others, OVERFLOW, DEPTH, DISPOSED
   */
  concat(...others: readonly Dataset[]): Dataset {
    checkList('concat', others, 'at least one data set', (_, other) => other, 1);
    const parts = [this, ...others].map((other, i) => {
      const part = nativeDataset(other, `concat[${i - 1}]`);
      checkSameRows(`concat[${i - 1}]`, other, this);
      return part;
    });
    return new Dataset(this.shape, new native.ConcatDataset({ parts }), parts);
  }

  /**
   * Returns the windows of a time series: a row of it has `length` rows that follow one another, with the
   * shape `[length, ...shape]`, and the labels of the `horizon` rows after them. Nothing is copied. A window
   * never reaches over the end of a part that `split` has made, over a gap that `filter` has left, or over the
   * border between two data sets that `concat` has joined. So split first, with `shuffle: false`.
   *
   * @throws ThalwegError SHAPE where no window fits, TYPE, RANGE, OVERFLOW, UNKNOWN_OPTION, DEPTH, DISPOSED
   * @example
   * const series = data.fromArrays({ inputs: new Float32Array(1000), shape: [1000, 1] });
   * const { train, validation } = series.split({ validation: 0.2, shuffle: false });
   * const windows = train.window({ length: 24, horizon: 1 });
   */
  window(options: WindowOptions): Dataset {
    const plan = planWindows(options);
    const of = nativeDataset(this);
    const handle = new native.WindowDataset({ of, ...plan });
    return new Dataset([plan.length, ...this.shape], handle, [of]);
  }

  /**
   * Returns a view of all rows with a weight for each, which losses multiply. The loss of a batch is the sum of
   * the weighted losses divided by the number of rows, as in Keras. Weights go with their rows through other
   * views. Accuracy and metrics count each row once.
   *
   * @throws ThalwegError RANGE, TYPE, DTYPE, SHAPE, UNKNOWN_OPTION, DISPOSED, MEMORY
   * @example
   * await trainer.fit(digits.train.withWeights({ classes: 'balanced' }), { epochs: 5 });
   */
  withWeights(options: WeightOptions): Dataset {
    const of = nativeDataset(this);
    const weights = planWeights(options, this.#divided());
    return new Dataset(this.shape, new native.WeightedDataset({ of, weights }), [of]);
  }

  /**
   * Returns the numbers that a view's rows have in the data set that it looks at through all views. For other
   * data sets it returns 0, 1, ….
   *
   * @throws ThalwegError DISPOSED, MEMORY
   */
  sourceRows(): Uint32Array {
    const rows = new Uint32Array(this.length);
    nativeDataset(this).sourceRows(0, rows);
    return rows;
  }

  #view(rows: NativeViewRows): Dataset {
    const of = nativeDataset(this);
    return new Dataset(this.shape, new native.DatasetView({ of, ...rows }), [of]);
  }

  /** Returns a view of the runs [first, count, first, count, …]. */
  #part(runs: readonly number[]): Dataset {
    return this.#view({ runs: Float64Array.from(runs) });
  }

  #divided(): Divided {
    return { length: this.length, classes: () => classesOf(nativeDataset(this)) };
  }

  /**
   * Frees the memory as soon as no epoch and no view reads it. Later use throws DISPOSED, and so does the
   * next epoch of a run that is under way.
   */
  dispose(): void {
    this.#native?.dispose();
    this.#native = undefined;
    below.delete(this);
  }

  /** Calls {@link Dataset.dispose}, so that `using` works. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * Returns the native data set; throws TYPE for another value and DISPOSED for a disposed one.
   *
   * @internal
   */
  static handle(dataset: unknown, path: string): NativeDataset {
    if (!isInstance(dataset, Dataset)) refuseOther(path, dataset);
    if (dataset.#native === undefined)
      throw new ThalwegError({
        code: 'DISPOSED',
        path,
        received: 'a disposed data set',
        expected: 'a live data set',
      });
    return dataset.#native;
  }
}

/** Throws TYPE; the remedy says what to do about a data set that another thread has sent. */
function refuseOther(path: string, value: unknown): never {
  const isMessage = isObject(value) && typeof propertyOf(value, 'id') === 'string';
  throw wrongType(
    path,
    value,
    'a data set such as data.fromArrays makes',
    isMessage ? 'data.fromMessage(…) takes a data set that came from another thread' : '',
  );
}

/** Returns the native data set, or throws TYPE or DISPOSED. */
export function nativeDataset(dataset: unknown, path = 'dataset'): NativeDataset {
  return Dataset.handle(dataset, path);
}

/** Data sets: rows of features with labels, which native code holds. */
import { ThalwegError } from '../errors.js';
import type { NativeDataset } from '../native.js';
import { wrongType } from '../options.js';
import { isInstance, isObject } from '../values.js';

/** The facts of a data set about its rows. */
type RowFormat = Pick<Dataset, 'length' | 'shape' | 'labelKind' | 'labelWidth'>;

/** A data set in native memory. Make one with {@link fromArrays}, `data.idx` or `data.mnist`. */
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
  #native: NativeDataset | undefined;

  /**
   * Use {@link fromArrays}.
   *
   * @internal
   */
  constructor(format: RowFormat, handle: NativeDataset) {
    if (!isObject(format) || !isObject(handle))
      throw wrongType('new data.Dataset', format, 'a call of data.fromArrays');
    const { length, shape, labelKind, labelWidth } = format;
    this.length = length;
    this.shape = Object.freeze([...shape]);
    this.features = shape.reduce((product, extent) => product * extent, 1);
    this.labelKind = labelKind;
    this.labelWidth = labelWidth;
    this.#native = handle;
    Object.freeze(this); // its facts are those of the native rows
  }

  /**
   * Frees the memory as soon as no epoch reads it. Later use throws DISPOSED, and so does the next
   * epoch of a run that is under way.
   */
  dispose(): void {
    this.#native?.dispose();
    this.#native = undefined;
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
    if (!isInstance(dataset, Dataset))
      throw wrongType(path, dataset, 'a data set such as data.fromArrays makes');
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

/** Returns the native data set, or throws TYPE or DISPOSED. */
export function nativeDataset(dataset: unknown, path = 'dataset'): NativeDataset {
  return Dataset.handle(dataset, path);
}

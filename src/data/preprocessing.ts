/** Preprocessing that training rows have fitted: it makes the same inputs of any row, in any process. */
import { checkArray } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { checkRoom } from '../io/memory.js';
import { describe, wrongType } from '../options.js';
import { count, list, object, oneOf, optional, parseValue, where } from '../schema.js';
import { isInstance, isList, isObject, propertyOf } from '../values.js';
import {
  encodeChain,
  type FittedChain,
  fittedChain,
  inputsOf,
  invertMaps,
} from '../table/chain.js';
import { Column } from '../table/column.js';
import { neededTable } from '../table/needed.js';
import { Table } from '../table/table.js';
import type { Dataset } from './dataset.js';
import { type FittedTarget, fittedTarget, targetLabels } from './fitted-target.js';
import { fromArrays } from './from-arrays.js';

const format = 'thalweg-preprocessing';
const version = 1;

/** A fitted preprocessing as plain values, such as a model file holds. */
export interface PreprocessingJson {
  /** Tells these values from others. */
  readonly format: 'thalweg-preprocessing';
  /** The version of this form. */
  readonly version: 1;
  /** The columns in the order of their inputs. */
  readonly features: readonly FittedChain[];
  /** The column that is learned; absent without one. */
  readonly target?: FittedTarget;
}

/** Rows as a table, or as objects with values by name. */
export type TableRows = Table | readonly Readonly<Record<string, unknown>>[];

/** The most inputs of one row. */
const mostInputs = 2 ** 24;

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

/**
 * Inputs and target as training rows have fitted them. It never changes, and `JSON.stringify` keeps it whole.
 * Make one with {@link features} and `fit`.
 */
export class Preprocessing {
  /** The number of inputs of one row. */
  readonly width: number;
  /** The names of the inputs, such as `power` or `origin=USA`. */
  readonly inputNames: readonly string[];
  /** The column that is learned; undefined without one. */
  readonly targetName: string | undefined;
  /** `classes` have a number each, and `values` are numbers; undefined without a target. */
  readonly targetKind: 'classes' | 'values' | undefined;
  /** The names of the classes by their numbers; empty without classes. */
  readonly classNames: readonly string[];
  readonly #chains: readonly FittedChain[];
  readonly #target: FittedTarget | undefined;
  /** The number of inputs of each chain. */
  readonly #widths: readonly number[];

  /**
   * Use {@link features} and `fit`, or {@link Preprocessing.fromJSON}.
   *
   * @internal
   */
  constructor(chains: readonly FittedChain[], target: FittedTarget | undefined) {
    if (!isList(chains)) throw wrongType('new data.Preprocessing', chains, 'data.features(…).fit');
    this.#chains = freeze(chains);
    this.#target = freeze(target);
    const names = chains.map(inputsOf);
    this.#widths = names.map(({ length }) => length);
    this.inputNames = Object.freeze(names.flat());
    this.width = this.inputNames.length;
    if (this.width > mostInputs)
      throw new ThalwegError({
        code: 'RANGE',
        path: 'features',
        received: `${this.width} inputs`,
        expected: `at most ${mostInputs}`,
      });
    this.targetName = target?.column;
    this.targetKind = target?.kind;
    this.classNames = Object.freeze(target?.kind === 'classes' ? [...target.classNames] : []);
    Object.freeze(this);
  }

  /**
   * Makes the inputs of rows: the numbers of row 0, then those of row 1, and so on. Columns that are not
   * features do not matter. A missing value is filled in by `impute`, is a category of `oneHot` where training
   * rows had some, and is otherwise MISSING. A category that no training row has is RANGE, unless `oneHot` has
   * another choice.
   *
   * @param rows a table, or objects with the values of the features; null is a missing value
   * @returns [rows, width]
   * @throws ThalwegError MISSING also for a column that is not there, RANGE, TYPE, NONFINITE, MEMORY
   */
  inputs(rows: TableRows): Float32Array {
    const table = this.#table(
      rows,
      this.#chains.map(({ column }) => column),
    );
    checkRoom(4 * table.length * this.width, 'inputs');
    const out = new Float32Array(table.length * this.width);
    let offset = 0;
    this.#chains.forEach((chain, i) => {
      const cells = Column.cells(table.column(chain.column), 'features');
      encodeChain(chain, cells, { out, offset, stride: this.width });
      offset += this.#widths[i]!;
    });
    return out;
  }

  /**
   * Makes what the network learns: the class of each row (Int32Array), or its transformed value
   * (Float32Array).
   *
   * @throws ThalwegError UNSUPPORTED without a target, MISSING, RANGE, TYPE, NONFINITE
   */
  labels(rows: TableRows): Int32Array | Float32Array {
    const target = this.#learned();
    const table = this.#table(rows, [target.column]);
    return targetLabels(target, Column.cells(table.column(target.column), 'target'));
  }

  /**
   * Makes a data set of rows: their inputs, and labels where there is a target.
   *
   * @throws ThalwegError what {@link Preprocessing.inputs} and {@link Preprocessing.labels} throw; SHAPE for
   * no row
   */
  dataset(rows: TableRows): Dataset {
    const inputs = this.inputs(rows);
    const shape = [inputs.length / this.width, this.width];
    if (this.#target === undefined) return fromArrays({ inputs, shape });
    return fromArrays({ inputs, shape, labels: this.labels(rows) });
  }

  /**
   * Turns a network's outputs for values back into the units of the target.
   *
   * @param outputs one number for each row, as `predict` returns them
   * @throws ThalwegError UNSUPPORTED for another target, TYPE, DETACHED, RESIZABLE
   */
  values(outputs: Float32Array): Float64Array {
    const target = this.#learned();
    if (target.kind !== 'values') throw unsupported('a target of classes', 'a target of values');
    const checked = checkArray('outputs', outputs, Float32Array);
    return Float64Array.from(checked, (value) => invertMaps(target.steps, value));
  }

  /**
   * Returns the name of the class with the greatest output of each row.
   *
   * @param outputs [rows, classes]: scores or probabilities, as `predict` returns them
   * @throws ThalwegError UNSUPPORTED for another target, SHAPE, NONFINITE, TYPE, DETACHED, RESIZABLE
   */
  classes(outputs: Float32Array): string[] {
    if (this.#learned().kind !== 'classes')
      throw unsupported('a target of values', 'a target of classes');
    const checked = checkArray('outputs', outputs, Float32Array);
    const { length } = this.classNames;
    if (checked.length % length !== 0)
      throw new ThalwegError({
        code: 'SHAPE',
        path: 'outputs',
        received: `${checked.length} numbers`,
        expected: `a multiple of ${length}, the number of classes`,
      });
    const named: string[] = [];
    for (let at = 0; at < checked.length; at += length)
      named.push(this.classNames[greatest(checked.subarray(at, at + length))]!);
    return named;
  }

  /** Returns plain values that JSON can hold; {@link Preprocessing.fromJSON} reads them. */
  toJSON(): PreprocessingJson {
    const target = this.#target;
    const features = this.#chains;
    return { format, version, features, ...(target === undefined ? {} : { target }) };
  }

  /**
   * Makes a preprocessing of the values that `toJSON` has returned, after it has checked all of them.
   *
   * @param json the values, after `JSON.parse`
   * @throws ThalwegError FORMAT with the place of the wrong value, VERSION, RANGE
   */
  static fromJSON(json: unknown): Preprocessing {
    const found = propertyOf(json, 'version');
    if (isObject(json) && typeof found === 'number' && found > version)
      throw new ThalwegError({
        code: 'VERSION',
        path: 'preprocessing.version',
        received: String(found),
        expected: `version ${version}`,
        remedy: 'use a newer version of this package',
      });
    const { features, target } = parseValue(schema, json, 'preprocessing');
    return new Preprocessing(features, target);
  }

  #table(rows: unknown, columns: readonly string[]): Table {
    return isInstance(rows, Table) ? rows : neededTable(rows, columns);
  }

  #learned(): FittedTarget {
    if (this.#target !== undefined) return this.#target;
    throw unsupported('features without a target', 'features with a target');
  }
}

function unsupported(received: string, expected: string): ThalwegError {
  return new ThalwegError({ code: 'UNSUPPORTED', path: 'target', received, expected });
}

/** Returns the place of the greatest number, the first of several. */
function greatest(values: Float32Array): number {
  let best = 0;
  values.forEach((value, i) => {
    if (Number.isNaN(value))
      throw new ThalwegError({
        code: 'NONFINITE',
        path: 'outputs',
        received: describe(value),
        expected: 'numbers',
      });
    if (value > values[best]!) best = i;
  });
  return best;
}

const schema = object({
  format: oneOf(format),
  version: where(count(1), (found) => found === version, `version ${version}`),
  features: list(fittedChain, 100_000),
  target: optional(fittedTarget),
});

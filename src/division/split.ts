/** The sizes of splits and folds. */
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOptions, requireOptions } from '../options.js';
import {
  type Divided,
  type Division,
  type DivisionOptions,
  divide,
  divisionKeys,
  startsOf,
} from './divide.js';

/** Options of {@link Dataset.split}. */
export interface DatasetSplitOptions extends DivisionOptions {
  /** The share of rows for validation, in (0, 1), or their number, an integer of at least 1. Default none. */
  readonly validation?: number;
  /** The share or number of rows for a final test. Default none. */
  readonly test?: number;
}

/** Options of {@link Dataset.kFold}. */
export type FoldOptions = DivisionOptions;

/** Returns the number of rows of a part; throws TYPE or RANGE. */
function partSize(path: string, value: unknown, length: number): number {
  if (value === undefined) return 0;
  const isShare = typeof value === 'number' && value < 1;
  const given = isShare
    ? checkNumber(path, value, { min: 0, max: 1, openMin: true, openMax: true })
    : checkNumber(path, value, { min: 1, max: length - 1, integer: true });
  const size = isShare ? Math.round(given * length) : given;
  if (size > 0) return size;
  throw new ThalwegError({
    code: 'RANGE',
    path,
    received: `${given} of ${length} rows`,
    expected: 'at least one row',
  });
}

/** The data set D of one part of a split; undefined where the options O have no such part. */
export type PartOf<D, O, Name extends string> = Name extends keyof O
  ? undefined extends O[Name]
    ? D | undefined
    : D
  : undefined;

/** The parts of a split by the options O. */
export interface Parts<D, O> {
  /** The rows that are left for training. */
  readonly train: D;
  /** The rows for validation, where they were asked for. */
  readonly validation: PartOf<D, O, 'validation'>;
  /** The rows for a final test, where they were asked for. */
  readonly test: PartOf<D, O, 'test'>;
}

/** A part as runs of rows [first, count, first, count, …] in the order of a division. */
type Runs = readonly number[];

/** An order and the parts of a split in it. */
interface SplitPlan {
  readonly order: Division['order'];
  readonly runs: Readonly<Partial<Record<'train' | 'validation' | 'test', Runs>>>;
}

/** Checks the options of a split. */
export function planSplit(options: unknown, set: Divided): SplitPlan {
  const path = 'split';
  const checked = requireOptions(path, options, ['validation', 'test', ...divisionKeys]);
  const validation = partSize(`${path}.validation`, checked['validation'], set.length);
  const test = partSize(`${path}.test`, checked['test'], set.length);
  const train = set.length - validation - test;
  if (validation + test === 0 || train < 1)
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: `${validation} rows for validation and ${test} for a test, of ${set.length}`,
      expected: 'validation or test, and at least one row left for training',
      remedy: train < 1 ? 'take smaller parts' : 'split({ validation: 0.2 })',
    });
  const wanted = { train, validation, test };
  const names = (['train', 'validation', 'test'] as const).filter((name) => wanted[name] > 0);
  const sizes = names.map((name) => wanted[name]);
  const division = divide(path, checked, set, sizes);
  const starts = startsOf(division.sizes);
  const runs = names.map((name, i) => [name, [starts[i]!, division.sizes[i]!]] as const);
  return { order: division.order, runs: Object.fromEntries(runs) };
}

/** An order and the folds in it. */
interface FoldPlan {
  readonly order: Division['order'];
  readonly folds: readonly { readonly train: Runs; readonly validation: Runs }[];
}

/** Checks the number of folds and their options. */
export function planFolds(k: unknown, options: unknown, set: Divided): FoldPlan {
  const path = 'kFold';
  const folds = checkNumber(`${path}.k`, k, { min: 2, max: set.length, integer: true });
  const checked = checkOptions(path, options, divisionKeys);
  const equal = Array.from({ length: folds }, (_, i) => Math.ceil((set.length - i) / folds));
  const division = divide(path, checked, set, equal);
  const starts = startsOf(division.sizes);
  return {
    order: division.order,
    folds: division.sizes.map((size, i) => {
      const first = starts[i]!;
      const after = first + size;
      const before = first === 0 ? [] : [0, first];
      const rest = after === set.length ? [] : [after, set.length - after];
      return { train: [...before, ...rest], validation: [first, size] };
    }),
  };
}

/** The transforms of one column, one after another, from its values to inputs of a network. */
import { ThalwegError } from '../errors.js';
import { checkOneOf, isArray, wrongType } from '../options.js';
import { type Schema, list, object, oneOf, text } from '../schema.js';
import { isObject, propertyOf } from '../values.js';
import { type Cells, NumberCells, type ValueType, valueTypes } from './cells.js';
import { cellsOfType, valueTypeOf } from './cell-types.js';
import {
  type OneHot,
  type Ordinal,
  oneHot,
  oneHotKind,
  ordinal,
  ordinalKind,
} from './transforms/categories.js';
import { type Cyclic, cyclic, cyclicKind } from './transforms/cyclic.js';
import { type Impute, impute, imputeKind } from './transforms/impute.js';
import { type Log1p, log1p, log1pKind } from './transforms/log1p.js';
import { type NumberInput, number, numberKind } from './transforms/number-input.js';
import {
  type MinMax,
  type Robust,
  type Standardize,
  minMax,
  minMaxKind,
  robust,
  robustKind,
  standardize,
  standardizeKind,
} from './transforms/scale.js';
import type { EncodeKind, Inputs, Kinded, MapKind } from './transforms/step.js';
import {
  type BagOfWords,
  type HashedWords,
  bagOfWords,
  bagOfWordsKind,
  hashedWords,
  hashedWordsKind,
} from './transforms/words.js';

/** A transform that leaves one value for each row. */
export type MapTransform = Impute | Log1p | Standardize | MinMax | Robust;

/** A transform of a column, such as `transform.standardize()`. */
export type Transform =
  MapTransform | OneHot | Ordinal | Cyclic | HashedWords | BagOfWords | NumberInput;

type AnyMap = MapKind<Kinded, Kinded>;
type AnyEncode = EncodeKind<Kinded, Kinded>;

const maps = {
  impute: imputeKind,
  log1p: log1pKind,
  standardize: standardizeKind,
  minMax: minMaxKind,
  robust: robustKind,
} as unknown as Readonly<Record<string, AnyMap | undefined>>;

const encodes = {
  oneHot: oneHotKind,
  ordinal: ordinalKind,
  cyclic: cyclicKind,
  hashedWords: hashedWordsKind,
  bagOfWords: bagOfWordsKind,
  number: numberKind,
} as unknown as Readonly<Record<string, AnyEncode | undefined>>;

/** Makes a transform again of its fields, which a caller may have written by hand. */
const makers: Readonly<Record<Transform['kind'], (given: never) => Transform>> = {
  impute: ({ by }: Impute) => impute(by),
  log1p: () => log1p(),
  standardize: () => standardize(),
  minMax: () => minMax(),
  robust: () => robust(),
  oneHot: ({ unknown, most }: OneHot) => oneHot({ unknown, most }),
  ordinal: () => ordinal(),
  cyclic: ({ period }: Cyclic) => cyclic(period),
  hashedWords: ({ buckets }: HashedWords) => hashedWords(buckets),
  bagOfWords: ({ most }: BagOfWords) => bagOfWords({ most }),
  number: () => number(),
};

const kinds = Object.keys(makers) as Transform['kind'][];

function checkTransform(path: string, value: unknown): Transform {
  if (!isObject(value)) throw wrongType(path, value, 'a transform such as transform.standardize()');
  const kind = checkOneOf(`${path}.kind`, propertyOf(value, 'kind'), kinds);
  return makers[kind](value as never);
}

/** The most transforms of one column. */
const mostSteps = 16;

/**
 * Returns the transforms of one column: `value` is one of them or a list. A transform that makes inputs comes
 * last.
 *
 * @throws ThalwegError TYPE, RANGE
 */
export function checkChain(path: string, value: unknown): readonly Transform[] {
  const given = isArray(value) ? value : [value];
  if (given.length > mostSteps)
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: `${given.length} transforms`,
      expected: `at most ${mostSteps}`,
    });
  const steps = Array.from(given, (each, i) =>
    checkTransform(isArray(value) ? `${path}[${i}]` : path, each),
  );
  steps.slice(0, -1).forEach(({ kind }, i) => {
    if (maps[kind] === undefined)
      throw new ThalwegError({
        code: 'RANGE',
        path: `${path}[${i}]`,
        received: `${kind} before another transform`,
        expected: `${kind} at the end of the list`,
      });
  });
  return steps;
}

/** Fits transforms one after another; each sees what those before it make of the training rows. */
export function fitMaps(
  transforms: readonly Transform[],
  cells: Cells,
  path: string,
): { readonly fitted: readonly Kinded[]; readonly cells: Cells } {
  let values = cells;
  const fitted = transforms.map((transform) => {
    const kind = maps[transform.kind]!;
    const one = kind.fit(transform, values, path);
    values = kind.apply(one, values, path);
    return one;
  });
  return { fitted, cells: values };
}

/** Applies fitted transforms that leave one value for each row. */
export function applyMaps(fitted: readonly Kinded[], cells: Cells, path: string): Cells {
  return fitted.reduce((values, one) => maps[one.kind]!.apply(one, values, path), cells);
}

/** Turns a value back that fitted transforms have made, the last of them first. */
export function invertMaps(fitted: readonly Kinded[], value: number): number {
  return fitted.reduceRight((back, one) => maps[one.kind]!.invert!(one, back), value);
}

/** Returns true where all transforms can be turned back, as those of a target must. */
export const isInvertible = ({ kind }: Kinded): boolean => maps[kind]?.invert !== undefined;

/** A fitted transform: its kind, and what it has found in training rows. */
export interface FittedTransform {
  /** Names the transform. */
  readonly kind: string;
}

/** The fitted transforms of one column. */
export interface FittedChain {
  /** The name of the column. */
  readonly column: string;
  /** The type of the values in training rows, which new rows must have too. */
  readonly valueType: ValueType;
  /** The transforms in their order; the last of them makes inputs. */
  readonly steps: readonly FittedTransform[];
}

/** Words are those of the texts themselves, even where all texts are dates. */
function typeFor(encode: Transform, cells: Cells): ValueType {
  const isEmpty = cells.countMissing() === cells.length;
  const { source } = cells instanceof NumberCells ? cells : {};
  const takesWords = encode.kind === 'hashedWords' || encode.kind === 'bagOfWords';
  return takesWords && (isEmpty || source !== undefined) ? 'text' : valueTypeOf(cells);
}

/** Fits the transforms of one column by the training rows. A chain of numbers ends in their inputs. */
export function fitChain(
  column: string,
  transforms: readonly Transform[],
  cells: Cells,
): FittedChain {
  const path = `features.${column}`;
  const last = transforms.at(-1);
  const encode = last !== undefined && encodes[last.kind] !== undefined ? last : number();
  const before = transforms.filter(({ kind }) => maps[kind] !== undefined);
  const valueType = typeFor(encode, cells);
  const typed = cellsOfType(cells, valueType, path);
  const { fitted, cells: values } = fitMaps(before, typed, path);
  const end = encodes[encode.kind]!.fit(encode, values, path);
  return { column, valueType, steps: [...fitted, end] };
}

/** Returns the names of the inputs that a column becomes. */
export function inputsOf({ column, steps }: FittedChain): readonly string[] {
  const end = steps.at(-1)!;
  return encodes[end.kind]!.inputs(end).map((name) => `${column}${name}`);
}

/** Writes the inputs of a column. */
export function encodeChain(chain: FittedChain, cells: Cells, inputs: Inputs): void {
  const { column, valueType, steps } = chain;
  const path = `features.${column}`;
  const end = steps.at(-1)!;
  const typed = cellsOfType(cells, valueType, path);
  const values = applyMaps(steps.slice(0, -1), typed, path);
  encodes[end.kind]!.encode(end, values, path, inputs);
}

function stepSchema(
  known: Readonly<Record<string, { readonly schema: Schema<Kinded> } | undefined>>,
) {
  return (value: unknown): Kinded => {
    const kind = checkOneOf('.kind', propertyOf(value, 'kind'), Object.keys(known));
    return known[kind]!.schema(value);
  };
}

const mapStep = stepSchema(maps);
const encodeStep = stepSchema(encodes);

/** Accepts the fitted transforms of a target, which must be invertible. */
export const fittedTargetSteps: Schema<readonly Kinded[]> = list((value) => {
  const step = mapStep(value);
  if (isInvertible(step)) return step;
  throw new ThalwegError({
    code: 'FORMAT',
    path: '.kind',
    received: step.kind,
    expected: 'a transform that can be turned back',
  });
}, mostSteps);

/** Accepts fitted transforms of which the last makes inputs. */
const fittedSteps: Schema<readonly Kinded[]> = (value) => {
  const { length } = list((each) => each, mostSteps + 1)(value);
  let place = 0;
  const steps = list((each) => (++place === length ? encodeStep : mapStep)(each))(value);
  if (length > 0) return steps;
  throw new ThalwegError({
    code: 'FORMAT',
    path: '',
    received: 'no transform',
    expected: 'a list that ends in inputs',
  });
};

/** Accepts the fitted transforms of one column. */
export const fittedChain: Schema<FittedChain> = object({
  column: text(),
  valueType: oneOf(...valueTypes),
  steps: fittedSteps,
});

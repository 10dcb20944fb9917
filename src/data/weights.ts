/** Weights of rows. */
import { checkArray, isArrayOf } from '../arrays.js';
import type { Divided } from '../division/divide.js';
import { ThalwegError } from '../errors.js';
import {
  checkNumber,
  checkOptions,
  isArray,
  nonNegative,
  requireOptions,
  shorten,
  suggestion,
} from '../options.js';
import { checkList } from '../values.js';

/** Options of {@link Dataset.withWeights}. They exclude each other. */
export interface WeightOptions {
  /** One weight for each row: finite numbers of at least 0, which are copied. */
  readonly examples?: Float32Array | readonly number[];
  /**
   * A weight for each class: `'balanced'` takes rows / (classes · rows of the class), so that all classes count
   * alike and the mean weight is 1. An object or array has the weight at the class; a class that it lacks has 1.
   * The keys of an object are classes of at least one row each, and not all rows have the weight 0.
   * The data set has class indices.
   */
  readonly classes?: 'balanced' | Readonly<Record<number, number>>;
}

function ofExamples(path: string, value: unknown, length: number): Float32Array {
  const weights =
    isArray(value) && !isArrayOf(value, Float32Array)
      ? Float32Array.from(
          checkList(path, value, 'weights', (at, weight) => checkNumber(at, weight, nonNegative)),
        )
      : checkArray(path, value, Float32Array);
  if (weights.length !== length)
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `${weights.length} weights`,
      expected: `${length}, one a row`,
    });
  weights.forEach((weight, i) => {
    if (!(weight >= 0 && weight < Infinity)) checkNumber(`${path}[${i}]`, weight, nonNegative);
  });
  return weights;
}

function balanced(classes: Int32Array): Float32Array {
  const counts = new Map<number, number>();
  for (const label of classes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float32Array.from(classes, (label) => classes.length / (counts.size * counts.get(label)!));
}

/** Returns the weights by class that a list or an object has. */
function givenWeights(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (isArray(value))
    return Object.fromEntries(checkList(path, value, 'weights', checkWeight).entries());
  return checkOptions(path, value, Object.keys(typeof value === 'object' ? (value ?? {}) : {}));
}

function checkWeight(path: string, weight: unknown): number {
  return checkNumber(path, weight, nonNegative);
}

/** Returns the weight of each given class; throws for keys of an object that are no classes of a row. */
function checkClassWeights(path: string, value: unknown, classes: Int32Array): Float32Array {
  const given = Object.entries(givenWeights(path, value));
  const present = new Set(classes);
  const weights = new Map<number, number>();
  for (const [key, weight] of given) {
    const label = Number(key);
    if (!isArray(value) && !(present.has(label) && key === String(label)))
      throw unknownClass(`${path}[${key}]`, key, present);
    weights.set(label, checkWeight(`${path}[${key}]`, weight));
  }
  return Float32Array.from(classes, (label) => weights.get(label) ?? 1);
}

function unknownClass(path: string, key: string, present: ReadonlySet<number>): ThalwegError {
  const known = [...present].sort((a, b) => a - b).map(String);
  return new ThalwegError({
    code: 'RANGE',
    path: shorten(path),
    received: `the key ${JSON.stringify(shorten(key))}`,
    expected: 'a class that a row has',
    remedy: known.length === 0 ? '' : suggestion(key, known),
  });
}

/** Returns weights of which at least one is not 0; else training would change nothing. */
function checkSum(path: string, weights: Float32Array): Float32Array {
  if (weights.some((weight) => weight > 0)) return weights;
  throw new ThalwegError({
    code: 'RANGE',
    path,
    received: 'the weight 0 for every row',
    expected: 'a greater weight for at least one row',
  });
}

/** Returns one weight for each row. */
export function planWeights(options: unknown, { length, classes }: Divided): Float32Array {
  const path = 'withWeights';
  const given = requireOptions(path, options, ['examples', 'classes']);
  const isOne = (given['examples'] === undefined) !== (given['classes'] === undefined);
  if (!isOne)
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: given['examples'] === undefined ? 'neither' : 'both',
      expected: 'either examples or classes',
      remedy: "withWeights({ classes: 'balanced' })",
    });
  if (given['examples'] !== undefined)
    return checkSum(path, ofExamples(`${path}.examples`, given['examples'], length));
  if (given['classes'] === 'balanced') return balanced(classes());
  return checkSum(path, checkClassWeights(`${path}.classes`, given['classes'], classes()));
}

/** Weights of rows. */
import { checkArray, isArrayOf } from '../arrays.js';
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOptions, isArray, nonNegative, requireOptions } from '../options.js';
import { checkList } from '../values.js';
import type { Divided } from './division.js';

/** Options of {@link Dataset.withWeights}. They exclude each other. */
export interface WeightOptions {
  /** One weight for each row: finite numbers of at least 0, which are copied. */
  readonly examples?: Float32Array | readonly number[];
  /**
   * A weight for each class: `'balanced'` takes rows / (classes · rows of the class), so that all classes count
   * alike and the mean weight is 1. An object or array has the weight at the class; a class that it lacks has 1.
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

/** Returns the weight of each given class; throws for keys that are no classes. */
function checkClassWeights(path: string, value: unknown): ReadonlyMap<number, number> {
  const weights = new Map<number, number>();
  for (const [key, weight] of Object.entries(givenWeights(path, value))) {
    const at = `${path}[${key}]`;
    weights.set(
      checkNumber(at, Number(key), { min: 0, max: 2 ** 31 - 1, integer: true }),
      checkWeight(at, weight),
    );
  }
  return weights;
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
    return ofExamples(`${path}.examples`, given['examples'], length);
  if (given['classes'] === 'balanced') return balanced(classes());
  const weights = checkClassWeights(`${path}.classes`, given['classes']);
  return Float32Array.from(classes(), (label) => weights.get(label) ?? 1);
}

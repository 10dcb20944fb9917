/** Checks of batches. A metric checks the whole batch before it counts any row. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
import { isList } from '../values.js';

function refuse(code: 'SHAPE' | 'RANGE' | 'TYPE' | 'NONFINITE', path: string, received: string) {
  return (expected: string): never => {
    throw new ThalwegError({ code, path, received, expected });
  };
}

/** Returns an array or typed array, or throws TYPE. */
export function checkArrayLike(path: string, value: unknown): ArrayLike<number> {
  const isTyped = ArrayBuffer.isView(value) && !(value instanceof DataView);
  if (isList(value) || isTyped) return value as unknown as ArrayLike<number>;
  return refuse('TYPE', path, describe(value))('an array of numbers');
}

/** Throws SHAPE unless there are `width` predictions for each row. */
export function checkWidth(predictions: number, rows: number, width: number): void {
  if (predictions !== rows * width)
    refuse('SHAPE', 'predictions', `${predictions} numbers`)(`${width} for each of ${rows} labels`);
}

/** Throws RANGE or TYPE unless all values are class indices in [0, classes). */
export function checkClasses(path: string, values: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(Number.isInteger(value) && value >= 0 && value < classes))
      refuse(
        typeof value === 'number' ? 'RANGE' : 'TYPE',
        `${path}[${i}]`,
        describe(value),
      )(`a class index in [0, ${classes - 1}]`);
  }
}

/** Throws TYPE unless all values are numbers, and NONFINITE for NaN, which has no rank. */
export function checkRankable(path: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (typeof value !== 'number' || Number.isNaN(value))
      refuse(
        typeof value === 'number' ? 'NONFINITE' : 'TYPE',
        `${path}[${i}]`,
        describe(value),
      )('a number');
  }
}

/** Throws TYPE or NONFINITE unless all values are finite numbers. */
export function checkFinite(path: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value))
      refuse(
        typeof value === 'number' ? 'NONFINITE' : 'TYPE',
        `${path}[${i}]`,
        describe(value),
      )('a finite number');
  }
}

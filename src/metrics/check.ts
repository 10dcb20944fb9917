/** Checks of batches: everything is checked before anything is counted. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';

function refuse(code: 'SHAPE' | 'RANGE' | 'TYPE' | 'NONFINITE', path: string, received: string) {
  return (expected: string): never => {
    throw new ThalwegError({ code, path, received, expected });
  };
}

/** An array or typed array of numbers, or TYPE. */
export function checkArrayLike(path: string, value: unknown): ArrayLike<number> {
  const isTyped = ArrayBuffer.isView(value) && !(value instanceof DataView);
  if (Array.isArray(value) || isTyped) return value as unknown as ArrayLike<number>;
  return refuse('TYPE', path, describe(value))('an array of numbers');
}

/** SHAPE unless there are `width` predictions a row. */
export function checkWidth(predictions: number, rows: number, width: number): void {
  if (predictions !== rows * width)
    refuse('SHAPE', 'predictions', `${predictions} numbers`)(`${width} for each of ${rows} labels`);
}

/** Class indices in [0, classes), or RANGE, TYPE. */
export function checkClasses(path: string, values: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= 0 && value < classes && Number.isInteger(value)))
      refuse(
        typeof value === 'number' ? 'RANGE' : 'TYPE',
        `${path}[${i}]`,
        describe(value),
      )(`a class index in [0, ${classes - 1}]`);
  }
}

/** Numbers that can be ranked: TYPE, or NONFINITE for a NaN. */
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

/** Finite numbers, or TYPE, NONFINITE. */
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

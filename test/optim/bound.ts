/** Arrays for a stepper, and its errors. */
import { expect } from 'vitest';
import { ThalwegError } from '../../src/index.js';
import { floats, generator } from '../oracle/random.js';

/** Returns the error that `body` throws, and its code. */
export function failure(body: () => unknown): ThalwegError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(ThalwegError);
    return error as ThalwegError;
  }
  throw new Error('nothing was thrown');
}

export const make = (length = 8): Float32Array => floats(generator(length), length);

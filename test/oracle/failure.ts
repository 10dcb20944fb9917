/** Catches the error of a refused call. */
import { expect } from 'vitest';
import { ThalwegError } from '../../src/index.js';

/** Returns the ThalwegError that `body` throws, or that its promise rejects with. */
export async function failure(body: () => unknown): Promise<ThalwegError> {
  try {
    await body();
  } catch (error) {
    expect(error).toBeInstanceOf(ThalwegError);
    return error as ThalwegError;
  }
  throw new Error('nothing was thrown');
}

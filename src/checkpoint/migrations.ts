/** The formats of checkpoints, and the conversion of each into the next. */
import { ThalwegError } from '../errors.js';

/** The format that this version writes. */
export const formatVersion = 2;

/** Converts a state of format n into format n + 1. */
type Migration = (state: unknown) => unknown;

/** `migrations[n - 1]` converts format n into n + 1. */
const migrations: readonly Migration[] = [
  // Format 2 moves the history into a tensor; the reader still accepts a state that holds it.
  (state) => state,
];

/**
 * Converts the state of a file into the present format.
 *
 * @throws ThalwegError VERSION where the format is newer than this package
 */
export function migrate(
  state: unknown,
  version: number,
  file: string,
  steps: readonly Migration[] = migrations,
): unknown {
  const newest = steps.length + 1;
  if (!Number.isInteger(version) || version < 1 || version > newest)
    throw new ThalwegError({
      code: 'VERSION',
      path: file,
      received: `format ${version}`,
      expected: `format 1 to ${newest}`,
      remedy: 'use the version of thalweg that wrote it, or a newer one',
    });
  return steps.slice(version - 1).reduce((older, step) => step(older), state);
}

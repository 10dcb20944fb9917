/** Formats of checkpoints, and the way from each to the next. */
import { ThalwegError } from '../errors.js';

/** What this version writes. */
export const formatVersion = 2;

/** Makes the state of format n + 1 out of that of format n. */
type Migration = (state: unknown) => unknown;

/** `migrations[n - 1]` leads from format n to n + 1: one fewer than there are formats. */
const migrations: readonly Migration[] = [
  // 2 has the history in a tensor of its own; a state that holds its history is read as it is.
  (state) => state,
];

/**
 * The state in today's format.
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

/** Checks shapes of examples. */
import { ThalwegError } from '../errors.js';
import { checkNumber, wrongType } from '../options.js';
import { checkList, isList } from '../values.js';

/**
 * Returns `shape` if it is the shape of one example: 1 to 8 extents of 1 to 2^31 − 1.
 *
 * @throws ThalwegError TYPE, RANK, RANGE
 */
export function checkShape(path: string, shape: unknown): readonly number[] {
  if (!isList(shape) || shape.length === 0)
    throw wrongType(path, shape, 'the shape of one example, as [784]');
  if (shape.length > 8)
    throw new ThalwegError({
      code: 'RANK',
      path,
      received: `${shape.length} dimensions`,
      expected: 'at most 8',
    });
  return checkList(path, shape, '', (at, extent) =>
    checkNumber(at, extent, { min: 1, max: 2 ** 31 - 1, integer: true }),
  );
}

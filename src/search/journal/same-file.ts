/** Says whether an open journal is still the file at its path. */
import type { FileHandle } from 'node:fs/promises';
import { ThalwegError } from '../../errors.js';
import { files } from '../../io/files.js';

const remedy = 'end the search, and begin it again with a whole store';

/**
 * Checks that an open file is the one at a path, and has the bytes that were read of it.
 *
 * @throws ThalwegError MISSING where the file was removed or replaced, FORMAT where it was shortened; or an
 * error of the file system
 */
export async function checkSameFile(
  path: string,
  handle: FileHandle,
  bytesRead: number,
): Promise<void> {
  const [open, there] = [
    await handle.stat({ bigint: true }),
    await files.stat(path, { bigint: true }),
  ];
  if (open.dev !== there.dev || open.ino !== there.ino)
    throw new ThalwegError({
      code: 'MISSING',
      path,
      received: 'another file in the place of the store',
      expected: 'the store that was opened',
      remedy,
    });
  if (open.size >= bytesRead) return;
  throw new ThalwegError({
    code: 'FORMAT',
    path,
    received: `a store of ${open.size} bytes`,
    expected: `the ${bytesRead} bytes that were read of it`,
    remedy,
  });
}

/**
 * The file operations of atomic writes and of checkpoints. Callers write `files.…`, so that tests can
 * replace them by operations that fail, crash and record.
 */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { type ErrorCode, ThalwegError } from '../errors.js';

/** The functions of node:fs/promises that tests may replace. */
export const files = { mkdir, open, readdir, rename, rm, stat };

/** The code, `received`, `expected` and `remedy` for each error code of the system. */
const known: Readonly<Record<string, readonly [ErrorCode, string, string, string?]>> = {
  ENOSPC: [
    'NO_SPACE',
    'a full disk',
    'room for the file',
    'free some space; the earlier file is unchanged',
  ],
  EDQUOT: [
    'NO_SPACE',
    'a full quota',
    'room for the file',
    'free some space; the earlier file is unchanged',
  ],
  EFBIG: ['NO_SPACE', 'a file too large', 'room for the file', 'the earlier file is unchanged'],
  ENOENT: ['MISSING', 'no such file or folder', 'an existing file or folder'],
  ENOTDIR: ['MISSING', 'no such folder', 'an existing folder'],
  EACCES: ['PERMISSION', 'permission denied', 'a path that this process may use'],
  EPERM: ['PERMISSION', 'an operation that is not permitted', 'a path that this process may use'],
  EROFS: ['PERMISSION', 'a read-only file system', 'a path that can be written'],
  ELOOP: ['UNSAFE_PATH', 'a symbolic link', 'the file itself'],
  EISDIR: ['UNSAFE_PATH', 'a folder', 'a regular file'],
  ENXIO: ['UNSAFE_PATH', 'no regular file', 'a regular file'],
};

/** Converts an error of the file system into a coded error; returns other errors as they are. */
export function fileError(error: unknown, path: string): unknown {
  const entry = known[(error as NodeJS.ErrnoException | undefined)?.code ?? ''];
  if (entry === undefined || error instanceof ThalwegError) return error;
  const [code, received, expected, remedy = ''] = entry;
  return new ThalwegError({ code, path, received, expected, remedy }, { cause: error });
}

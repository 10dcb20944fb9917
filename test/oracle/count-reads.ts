/** Measures how much of a file is read. */
import { onTestFinished } from 'vitest';
import { files } from '../../src/io/files.js';

/** Counts the bytes that are read from files from now on, until the test ends. */
export function countReads(): () => number {
  const { open } = files;
  let total = 0;
  onTestFinished(() => void Object.assign(files, { open }));
  files.open = async (...given) => {
    const handle = await open(...given);
    const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<{ bytesRead: number }>;
    const counting = async (...args: unknown[]): Promise<unknown> => {
      const result = await read(...args);
      total += result.bytesRead;
      return result;
    };
    return Object.assign(handle, { read: counting });
  };
  return () => total;
}

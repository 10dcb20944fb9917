/** Finds the addon. Nothing else in the package touches it; its types are in native/. */
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { explainRefusal, findAddon, isRefusal } from './addon-file.js';
import { ThalwegError } from './errors.js';
import type { Native } from './native/addon.js';

export type * from './native/addon.js';
export type * from './native/bench.js';
export type * from './native/data.js';
export type * from './native/optimizer.js';
export type * from './native/state.js';
export type * from './native/trainer.js';

const root = join(__dirname, '..');

/** Loads an addon; it has nothing to make a coded error of before it is loaded. */
function open(file: string): Native {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon can only be required
    return require(file) as Native;
  } catch (error) {
    if (isRefusal(error)) throw explainRefusal(file, error, root);
    if (!(error instanceof Error && error.message === 'std::bad_alloc')) throw error;
    throw new ThalwegError({
      code: 'MEMORY',
      path: file,
      received: 'out of memory',
      expected: 'enough free memory to load the addon',
    });
  }
}

function load(): Native {
  const file = findAddon({
    root,
    platform: `${process.platform}-${process.arch}`,
    explicit: process.env['THALWEG_ADDON'],
  });
  const addon = open(file);
  addon.initialize(ThalwegError, { Float32Array, Float64Array, Uint32Array, Uint8Array });
  // process.exit() destroys what trainers compute with while they do; hence they stop before.
  // A worker's own end is the addon's affair.
  if (isMainThread)
    process.once('exit', () => {
      addon.endJobs();
    });
  return addon;
}

/** The loaded addon. */
export const native: Native = load();

/** Finds the addon. Nothing else in the package touches it; its types are in native/. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { ThalwegError } from './errors.js';
import type { Native } from './native/addon.js';

export type * from './native/addon.js';
export type * from './native/bench.js';
export type * from './native/data.js';
export type * from './native/optimizer.js';
export type * from './native/state.js';
export type * from './native/trainer.js';

const root = join(__dirname, '..');

/** Where an addon may lie, best first: an explicit file, a local build, a prebuilt one. */
function candidates(): string[] {
  const explicit = process.env['THALWEG_ADDON'];
  return [
    ...(explicit ? [explicit] : []),
    join(root, 'build', 'Release', 'thalweg.node'),
    join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'thalweg.node'),
  ];
}

/** Loads an addon; it has nothing to make a coded error of before it is loaded. */
function open(file: string): Native {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon can only be required
    return require(file) as Native;
  } catch (error) {
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
  const files = candidates();
  const file = files.find(existsSync);
  if (file === undefined)
    throw new ThalwegError({
      code: 'MISSING',
      path: 'thalweg.node',
      received: `none of ${files.join(', ')}`,
      expected: `the native addon for ${process.platform}-${process.arch}`,
      remedy: 'build it with script/build',
    });
  const addon = open(file);
  addon.initialize(ThalwegError);
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

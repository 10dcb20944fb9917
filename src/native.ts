/**
 * Loads the addon; no other file does. The folder native/ has the addon's types, finds its file, and
 * explains why it does not load.
 */
import { isMainThread } from 'node:worker_threads';
import { ThalwegError } from './errors.js';
import type { Native } from './native/addon.js';
import { checkElf } from './native/elf.js';
import { findAddon } from './native/find.js';
import { loadError } from './native/load-error.js';

export type * from './native/addon.js';
export type * from './native/data.js';
export type * from './native/devices.js';
export type * from './native/layer.js';
export type * from './native/names.js';
export type * from './native/optimizer.js';
export type * from './native/predictor.js';
export type * from './native/state.js';
export type * from './native/table.js';
export type * from './native/trainer.js';

/** Loads an addon. The addon cannot throw coded errors before `initialize` names their class. */
function open(file: string): Native {
  checkElf(file);
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon can only be required
    return require(file) as Native;
  } catch (error) {
    throw loadError(error, file);
  }
}

/** A script, or an addon of another package, loads as well. */
function checkAddon(addon: Partial<Native> | null | undefined, file: string): void {
  if (typeof addon?.initialize === 'function') return;
  throw new ThalwegError({
    code: 'UNSUPPORTED',
    path: file,
    received: 'another module',
    expected: 'the addon of this package',
    remedy: 'build it with script/build, and name its build/Release/thalweg.node in THALWEG_ADDON',
  });
}

function load(file: string): Native {
  const addon = open(file);
  checkAddon(addon, file);
  addon.initialize(ThalwegError, { Float32Array, Float64Array, Uint32Array, Uint8Array });
  // process.exit() destroys objects that running trainers use, so the trainers stop first.
  // Where a worker thread ends, the addon stops the trainers itself.
  if (isMainThread)
    process.once('exit', () => {
      addon.endJobs();
    });
  return addon;
}

/** The file that the addon was loaded from. */
export const addonFile = findAddon();

/** The loaded addon. */
export const native: Native = load(addonFile);

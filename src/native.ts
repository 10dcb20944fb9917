/** Finds and types the addon. Nothing else in the package touches it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ThalwegError } from './errors.js';

/** What the addon exports; the C++ side of each entry is in native/napi/. */
export interface Native {
  initialize(errorClass: typeof ThalwegError): void;
  isa(): string;
  threadCount(): number;
  /** 0 restores the default. */
  setThreadCount(count: number): void;
}

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
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon can only be required
  const addon = require(file) as Native;
  addon.initialize(ThalwegError);
  return addon;
}

/** The loaded addon. */
export const native: Native = load();

/** Finds the addon's file. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ThalwegError } from '../errors.js';

const root = join(__dirname, '..', '..');
const prebuilds = join(root, 'prebuilds');

/** Returns the paths to try, best first: a local build, a prebuilt addon. THALWEG_ADDON replaces both. */
function candidates(): string[] {
  const explicit = process.env['THALWEG_ADDON'];
  if (explicit) return [resolve(explicit)];
  return [
    join(root, 'build', 'Release', 'thalweg.node'),
    join(prebuilds, `${process.platform}-${process.arch}`, 'thalweg.node'),
  ];
}

/** Lists the platforms for which the package has an addon. */
function platforms(): string {
  const names = existsSync(prebuilds) ? readdirSync(prebuilds).sort() : [];
  return names.length === 0 ? 'the package has none' : `the package has ${names.join(', ')}`;
}

/**
 * Returns the path of the addon's file.
 *
 * @throws ThalwegError MISSING, which lists the platforms of the package
 */
export function findAddon(): string {
  const files = candidates();
  const file = files.find(existsSync);
  if (file !== undefined) return file;
  const isExplicit = Boolean(process.env['THALWEG_ADDON']);
  throw new ThalwegError({
    code: 'MISSING',
    path: isExplicit ? 'THALWEG_ADDON' : 'thalweg.node',
    received: `none of ${files.join(', ')}${isExplicit ? '' : ` (${platforms()})`}`,
    expected: `the native addon for ${process.platform}-${process.arch}`,
    remedy: isExplicit
      ? 'name an existing file, or unset it'
      : 'build it in a clone with script/build, and name its build/Release/thalweg.node in THALWEG_ADDON',
  });
}

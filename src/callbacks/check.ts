/** Checks that callbacks share. */
import { basename } from 'node:path';
import { ThalwegError } from '../errors.js';
import { checkOptions, describe, wrongType } from '../options.js';
import type { Json } from '../run/callback.js';

/** Returns a text of at least one character; throws TYPE for anything else. */
export function checkName(path: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw wrongType(path, value, 'text of at least one character');
}

/** Returns a file's name without a folder; throws TYPE or RANGE. States come from files. */
export function checkFileName(path: string, value: unknown): string {
  const name = checkName(path, value);
  if (basename(name) === name && name !== '.' && name !== '..') return name;
  throw new ThalwegError({
    code: 'RANGE',
    path,
    received: describe(name),
    expected: 'the name of a file, without a folder',
  });
}

/** Returns a saved state with exactly these keys; throws TYPE, UNKNOWN_OPTION or MISSING otherwise. */
export function checkState<K extends string>(
  path: string,
  state: Json,
  keys: readonly K[],
): Readonly<Record<K, Json>> {
  const checked = checkOptions(path, state, keys) as Partial<Record<K, Json>>;
  const missing = keys.find((key) => checked[key] === undefined);
  if (missing === undefined) return checked as Record<K, Json>;
  throw new ThalwegError({
    code: 'MISSING',
    path: `${path}.${missing}`,
    received: 'nothing',
    expected: 'the saved value',
  });
}

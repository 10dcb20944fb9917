/** Checks of values that may be anything, including revoked proxies and lists with holes. */
import { ThalwegError } from './errors.js';
import { describe, isArray } from './options.js';

/** Returns true for a revoked proxy, which throws at every operation. */
export function isRevoked(value: unknown): boolean {
  try {
    Array.isArray(value); // throws for a revoked proxy, and runs no code of the caller
    return false;
  } catch {
    return true;
  }
}

/** Returns true for an object whose properties can be read. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isRevoked(value);
}

/** Returns a property of any value; undefined where there is none. */
export function propertyOf(value: unknown, key: string): unknown {
  if (value === undefined || value === null || isRevoked(value)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

/** Acts like `instanceof`, but returns false for a revoked proxy, where `instanceof` throws. */
export function isInstance<T>(
  value: unknown,
  type: abstract new (...given: never) => T,
): value is T {
  return !isRevoked(value) && value instanceof type;
}

/** Returns true for an array whose length is an integer; a proxy of an array may have any length. */
export function isList(value: unknown): value is readonly unknown[] {
  return isArray(value) && Number.isSafeInteger((value as { readonly length: unknown }).length);
}

/**
 * Returns a copy of a list whose items are checked one by one. A hole counts as undefined, so that the
 * first hole of a long sparse list ends the check.
 *
 * @param item checks the item at the path `path[i]`
 * @throws ThalwegError TYPE where `value` is no list, RANGE where it has fewer than `least` items
 */
export function checkList<T>(
  path: string,
  value: unknown,
  expected: string,
  item: (path: string, value: unknown) => T,
  least = 0,
): readonly T[] {
  if (!isList(value) || value.length < least)
    throw new ThalwegError({
      code: isList(value) ? 'RANGE' : 'TYPE',
      path,
      received: describe(value),
      expected,
    });
  const { length } = value;
  const items: T[] = [];
  for (let i = 0; i < length; i++) items.push(item(`${path}[${i}]`, value[i]));
  return items;
}

/** Returns a seed in [0, 2^64), or throws SEED. */
export function checkSeed(path: string, value: unknown): bigint {
  const seed = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof seed === 'bigint' && seed >= 0n && seed < 2n ** 64n) return seed;
  throw new ThalwegError({
    code: 'SEED',
    path,
    received: describe(value),
    expected: 'an integer in [0, 2^64)',
    remedy: 'use a bigint such as 42n',
  });
}

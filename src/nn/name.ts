/** Checks names of layers, which become parts of parameter names. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';

/** Returns `{ name }` where a name is given. A name has no `.`, which separates parts of a parameter name. */
export function checkName(path: string, name: unknown): { readonly name?: string } {
  if (name === undefined) return {};
  if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw new ThalwegError({
      code: typeof name === 'string' ? 'RANGE' : 'TYPE',
      path,
      received: describe(name),
      expected: 'a name of 1 to 64 letters, digits, _ or -',
    });
  return { name };
}

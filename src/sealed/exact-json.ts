/**
 * JSON that keeps every number. NaN, the infinities and −0, which JSON lacks, become
 * `{"$number": …}`. A function, which no file can hold, becomes `{"$function": true}`.
 */
import { ThalwegError } from '../errors.js';

const special = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

function write(_: string, value: unknown): unknown {
  if (typeof value === 'function') return { $function: true };
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return { $number: '-0' };
  return Number.isFinite(value) ? value : { $number: String(value) };
}

function read(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { $number: name } = value as { readonly $number?: unknown };
  return typeof name === 'string' && special.has(name) ? special.get(name) : value;
}

/** Returns the value as text; undefined properties are left out. */
export function toExactJson(value: unknown): string {
  return JSON.stringify(value, write);
}

/** The greatest depth of brackets. Reading and comparing values is recursive, so it needs a limit. */
const deepest = 1000;

/** Returns true where brackets nest too deep. The text need not be valid: it is parsed afterwards. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length && depth <= deepest; at++) {
    const character = text[at];
    if (isQuoted && character === '\\') at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
  }
  return depth > deepest;
}

/**
 * Returns the value of a text that {@link toExactJson} wrote.
 *
 * @param path the name of the text in errors
 * @throws ThalwegError DEPTH, and FORMAT where the text is not JSON
 */
export function fromExactJson(text: string, path: string): unknown {
  if (isTooDeep(text))
    throw new ThalwegError({
      code: 'DEPTH',
      path,
      received: `more than ${deepest} nested brackets`,
      expected: `at most ${deepest}`,
    });
  try {
    return JSON.parse(text, read);
  } catch (cause) {
    throw new ThalwegError(
      { code: 'FORMAT', path, received: (cause as Error).message, expected: 'JSON' },
      { cause },
    );
  }
}

/** Returns a copy of the value as it would be after writing it to a file and reading it. */
export function plain<T>(value: T): T {
  return JSON.parse(toExactJson(value), read) as T;
}

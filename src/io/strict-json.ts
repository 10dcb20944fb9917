/**
 * JSON with deep nesting and duplicate keys refused: `JSON.parse` keeps the last one silently, so that two readers
 * of one file could see different tensors.
 */
import { ThalwegError } from '../errors.js';

/** Brackets within brackets; headers need four. */
const deepest = 64;

/**
 * Behind the string that opens at `start`, in valid JSON. Not a regular expression: one that tries
 * escapes remembers each character, and runs out of stack in a string of some megabytes.
 */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0;
    while (text[quote - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return quote + 1;
  }
}

/** Each string, bracket and colon of `text`, which must be valid JSON. */
function* tokens(text: string): Generator<string> {
  const next = /["{}[\]:]/g;
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    if (match[0] === '"') next.lastIndex = endOfString(text, match.index);
    yield match[0] === '"' ? text.slice(match.index, next.lastIndex) : match[0];
  }
}

/** Finds the first key that stands twice in one object of `text`, which must be valid JSON. */
function duplicateKey(text: string, path: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // one entry a bracket; undefined for arrays
  let last = '';
  for (const token of tokens(text)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') last = token;
    else {
      const keys = open.at(-1);
      const key = JSON.parse(last) as string;
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    if (open.length > deepest)
      throw new ThalwegError({
        code: 'DEPTH',
        path,
        received: `more than ${deepest} nested brackets`,
        expected: `at most ${deepest}`,
      });
  }
  return undefined;
}

/** Parses JSON; FORMAT where it is none, DEPTH where it nests deeply, DUPLICATE at a key twice. */
export function parseStrictJson(text: string, path: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ThalwegError(
      { code: 'FORMAT', path, received: (cause as Error).message, expected: 'JSON' },
      { cause },
    );
  }
  const key = duplicateKey(text, path);
  if (key !== undefined)
    throw new ThalwegError({
      code: 'DUPLICATE',
      path,
      received: `the key ${JSON.stringify(key)} twice`,
      expected: 'each key once',
    });
  return value;
}

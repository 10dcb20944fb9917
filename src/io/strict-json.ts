/**
 * JSON with deep nesting and duplicate keys refused: `JSON.parse` keeps the last one silently, so that two readers
 * of one file could see different tensors.
 */
import { ThalwegError } from '../errors.js';

/** Brackets within brackets; headers need four. */
const deepest = 64;

/** Finds the first key that stands twice in one object of `text`, which must be valid JSON. */
function duplicateKey(text: string, path: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // one entry a bracket; undefined for arrays
  let last: string | undefined;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    const token = match[0];
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') last = JSON.parse(token) as string;
    else {
      const keys = open.at(-1);
      if (keys?.has(last!)) return last;
      keys?.add(last!);
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

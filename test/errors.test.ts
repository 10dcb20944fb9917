/** The codes that are listed, typed, documented and thrown are the same. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ThalwegError } from '../src/index.js';
import { native } from '../src/native.js';

/** Returns the text of every source file of a folder. */
function sources(folder: string, pattern: RegExp): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file) && file !== 'errors.ts')
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}
const matches = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))].sort();

const typed = matches(readFileSync('src/errors.ts', 'utf8'), /\| '([A-Z_]+)'/g);
const codes = [...native.names.errorCodes].sort();
const enumerators = matches(sources('native', /\.(cc|h|cu)$/), /ErrorCode::k(\w+)/g);
/** Returns `NoDevice` for NO_DEVICE. */
const enumeratorOf = (code: string): string =>
  code.toLowerCase().replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
const script = matches(sources('src', /\.ts$/), /'([A-Z][A-Z_]+)'/g);
const documented = matches(readFileSync('docs/errors.md', 'utf8'), /^\| `([A-Z_]+)` \|/gm);

describe('error codes', () => {
  it('are the same in the list of the addon, in the type and in the documentation', () => {
    expect(codes.length).toBeGreaterThan(30);
    expect(typed).toEqual(codes);
    expect(documented).toEqual(codes);
  });

  it('are all thrown somewhere', () => {
    const isThrown = (code: string) =>
      script.includes(code) || enumerators.includes(enumeratorOf(code));
    expect(enumerators.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !isThrown(code))).toEqual([]);
  });
});

describe('ThalwegError', () => {
  it('has one grammar, and keeps its parts and its cause', () => {
    const cause = new Error('below');
    const fields = { code: 'RANGE', path: 'a.b', received: '7', expected: 'at most 5' } as const;
    const error = new ThalwegError({ ...fields, remedy: 'use 5' }, { cause });
    expect(error.message).toBe('expected at most 5 for `a.b`, received 7; use 5');
    expect(error).toMatchObject({ ...fields, remedy: 'use 5', name: 'ThalwegError', cause });
    expect(new ThalwegError(fields).message).toBe('expected at most 5 for `a.b`, received 7');
    expect(new ThalwegError(fields).remedy).toBe('');
  });
});

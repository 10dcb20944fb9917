/** The codes that are thrown, typed and documented are the same. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ThalwegError } from '../src/index.js';

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
const native = matches(sources('native', /\.(cc|h|cu)$/), /\{\s*"([A-Z][A-Z_]+)",/g);
const script = matches(sources('src', /\.ts$/), /'([A-Z][A-Z_]+)'/g);
const documented = matches(readFileSync('docs/errors.md', 'utf8'), /^\| `([A-Z_]+)` \|/gm);

describe('error codes', () => {
  it('are all documented', () => {
    expect(documented).toEqual(typed);
  });

  it('are known to TypeScript where the addon throws them', () => {
    expect(native.length).toBeGreaterThan(5);
    expect(native.filter((code) => !typed.includes(code))).toEqual([]);
  });

  it('are all thrown somewhere', () => {
    const thrown = [...native, ...script];
    expect(typed.filter((code) => !thrown.includes(code))).toEqual([]);
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

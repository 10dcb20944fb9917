/** script/check-english.mjs refuses the marks of unclear English that can be measured. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const script = join(process.cwd(), 'script/check-english.mjs');

/**
 * Runs the checker in a folder with these files, over `paths` in it; returns the faults it prints.
 */
function faultsOf(files: Record<string, string>, paths: readonly string[] = ['.']): string[] {
  const folder = newFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { status, stderr } = spawnSync(process.execPath, [script, ...paths], {
    cwd: folder,
    encoding: 'utf8',
  });
  const lines = stderr.split('\n').filter((line) => line !== '');
  expect(status).toBe(lines.length === 0 ? 0 : 1);
  return lines;
}

const manyWords = (count: number): string => `It ${'counts '.repeat(count - 1).trim()}.`;

describe('comments', () => {
  it.each([
    ['Of the first of the columns.'],
    ['That of a data set which was identified.'],
    ['Those of the trainer.'],
    ['The same where an error is thrown elsewhere.'],
    ['The same, in float32.'],
    ['As format 1 had it.'],
    ['What a run left.'],
    ['Whether the rate falls.'],
    ['of 32 MiB at a turn'],
  ])('refuses a comment that begins with a fragment: %s', (comment) => {
    const files = {
      'a.ts': `const a = 1;\n/** ${comment} */\n`,
      'b.ts': `const a = 1;\n/**\n * ${comment}\n */\n`,
      'c.ts': `const a = 1; // ${comment}\n`,
      'd.cc': `#include <a>\n// ${comment}\n`,
      'e.sh': `a=1\n# ${comment}\n`,
      f: `#!/bin/sh\n# ${comment}\n`,
    };
    expect(faultsOf(files).map((fault) => fault.replace(/: "\w.*/, ''))).toEqual([
      'a.ts:2: a comment begins with a fragment',
      'b.ts:2: a comment begins with a fragment',
      'c.ts:1: a comment begins with a fragment',
      'd.cc:2: a comment begins with a fragment',
      'e.sh:2: a comment begins with a fragment',
      'f:2: a comment begins with a fragment',
    ]);
  });

  it.each([
    ['The same seed gives the same bits.'],
    ['Officially it counts from 0.'],
    ['Column 0 holds the gradient norms.'],
    ['Asks for the norms of the gradients.'],
    ['True where the rate falls.'],
    ['Offsets are signed.'],
  ])('takes a comment that begins with a sentence: %s', (comment) => {
    expect(faultsOf({ 'a.ts': `// ${comment}\nconst a = 1; // ${comment}\n` })).toEqual([]);
  });

  it('takes two comments with code between them for two', () => {
    const text = '/** Counts. */\nconst a = 1;\n\n/** Of it. */\nconst b = 2;\n';
    expect(faultsOf({ 'a.ts': text })).toEqual([expect.stringContaining('a.ts:4:')]);
  });

  it('passes over directives, and over what only looks like a comment', () => {
    const text = [
      '// eslint-disable-next-line no-console -- of no use here',
      '// @ts-expect-error -- of another optimizer',
      "const a = 'see // of this';",
      'const b = `',
      '`;',
    ];
    expect(faultsOf({ 'a.ts': `${text.join('\n')}\n` })).toEqual([]);
  });

  it('refuses a comment of more than four lines, or twelve at the head of a file', () => {
    const comment = (lines: number): string => '// It counts.\n'.repeat(lines);
    const inside = (lines: number): string => `const a = 1;\n${comment(lines)}const b = 2;\n`;
    expect(faultsOf({ 'a.ts': inside(4), 'b.ts': comment(12) })).toEqual([]);
    expect(faultsOf({ 'a.ts': inside(5), 'b.ts': comment(13) })).toEqual([
      expect.stringContaining('a.ts:2: a comment of 5 lines'),
      expect.stringContaining('b.ts:1: a comment of 13 lines'),
    ]);
  });

  it('takes longer comments of the public interface', () => {
    const comment = `const a = 1;\n/**\n${' * It counts.\n'.repeat(30)} */\nconst b = 2;\n`;
    expect(faultsOf({ 'src/a.ts': comment }, ['src'])).toEqual([]);
    expect(faultsOf({ 'test/a.ts': comment }, ['test'])).toHaveLength(1);
  });

  it('refuses a sentence of more than 40 words', () => {
    expect(faultsOf({ 'a.ts': `// ${manyWords(40)} ${manyWords(40)}\n` })).toEqual([]);
    expect(faultsOf({ 'a.ts': `// It counts. ${manyWords(41)}\n` })).toEqual([
      expect.stringContaining('a.ts:1: a sentence of 41 words'),
    ]);
  });
});

describe('test names', () => {
  it.each([
    ["it('of data sets', () => {});"],
    ["describe('what is refused', () => {});"],
    ["it.each([[1, f(2)]])('that are %s', () => {});"],
    ['it.skipIf(isBusy())(`whose getter throws ${when}`, () => {});'],
  ])('refuses a test name that begins with a fragment: %s', (code) => {
    expect(faultsOf({ 'a.test.ts': `const a = 1;\n${code}\n` })).toEqual([
      expect.stringContaining("a.test.ts:2: a test's name is a fragment"),
    ]);
  });

  it('takes a name that is a predicate or a whole sentence', () => {
    const code =
      "describe('a stepper', () => {\n  it('refuses what it cannot read', () => {});\n});\n";
    expect(faultsOf({ 'a.test.ts': code })).toEqual([]);
  });
});

describe('pages', () => {
  it('refuses a sentence of more than 40 words, over all lines of a paragraph', () => {
    const text = `# Page\n\n${manyWords(41).replaceAll('counts counts', 'counts\ncounts')}\n`;
    expect(faultsOf({ 'a.md': text })).toEqual([
      expect.stringContaining('a.md:3: a sentence of 41 words'),
    ]);
    expect(faultsOf({ 'a.md': `# Page\n\n- ${manyWords(40)}\n- ${manyWords(40)}\n` })).toEqual([]);
  });

  it('refuses a sentence that is a fragment', () => {
    expect(faultsOf({ 'a.md': 'It counts. Of a folder it counts the newest.\n' })).toEqual([
      expect.stringContaining('a.md:1: a sentence begins with a fragment'),
    ]);
  });

  it('takes long tables, code and comments', () => {
    const long = manyWords(60);
    const text = `| a |\n|---|\n| ${long} |\n\n\`\`\`text\n${long}\n\`\`\`\n\n<!-- ${long} -->\n`;
    expect(faultsOf({ 'a.md': text })).toEqual([]);
  });

  it('passes over generated pages', () => {
    const text = `${manyWords(41)}\n`;
    expect(faultsOf({ 'docs/api/a.md': text, 'docs/b.md': text })).toEqual([
      expect.stringContaining('docs/b.md:1:'),
    ]);
  });
});

describe('the command', () => {
  it('refuses a path that does not exist', () => {
    expect(faultsOf({}, ['nowhere'])).toEqual(['nowhere: there is no such file or folder']);
  });
});

/** README and docs are right: programs run, types hold, commands and links exist. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Block, blocksOf, placeOf } from './blocks.js';
import { checkCommand } from './commands.js';
import { exampleErrors } from './examples.js';
import { brokenLinks } from './links.js';
import { Project, pages } from './project.js';
import { runPage } from './run-page.js';
import { typeErrors } from './types.js';

const isGenerated = (page: string): boolean => page.startsWith('docs/api/');
const written = pages.filter((page) => !isGenerated(page));
const blocks = written.flatMap(blocksOf);
const runnable = ['js', 'sh', 'console'];
const hasPrograms = (page: string): boolean =>
  blocks.some((block) => block.page === page && runnable.includes(block.language));

describe('programs run as they stand', () => {
  const patience = 300_000; // a busy machine needs more time
  it.each(written.filter(hasPrograms))(
    '%s',
    async (page) => {
      await runPage(page);
    },
    patience,
  );

  it('every block is run, checked, or says why not', () => {
    const isData = ({ language }: Block): boolean => ['', 'csv', 'text'].includes(language);
    const isTested = ({ language }: Block): boolean => [...runnable, 'ts'].includes(language);
    const others = blocks.filter((block) => !isTested(block) && !isData(block));
    expect(others.map((block) => `${placeOf(block)} ${block.language}`)).toEqual([]);
    const leftOut = blocks.filter((block) => block.leftOut !== undefined);
    console.log(
      `${blocks.filter(isTested).length} blocks of programs and commands, ${leftOut.length} left out`,
      leftOut.map((block) => `${placeOf(block)}: ${block.leftOut}`),
    );
    expect(leftOut.length).toBeLessThan(3);
  });
});

describe('programs with a name', () => {
  const named = blocks.filter(({ file }) => file !== undefined);

  it.each(named.map((block) => [`${placeOf(block)} ${block.file}`, block] as const))(
    '%s is run or imported on its page',
    (_, { page, file }) => {
      const codes = blocks.filter((block) => block.page === page).map(({ code }) => code);
      expect(
        codes.some((code) => code.includes(`node ${file}`) || code.includes(`'./${file}'`)),
      ).toBe(true);
    },
  );
});

describe('types hold under --strict', () => {
  /** Readers copy the programs of these pages first, also into TypeScript. */
  const strict = ['README.md', 'docs/start.md'];

  it.each(strict)('programs of %s', async (page) => {
    await using project = new Project();
    const programs = blocks.filter((block) => block.page === page && block.language === 'js');
    const files = programs.map((block) => {
      const file = block.file?.replace(/\.mjs$/, '.mts') ?? `line-${block.line}.mts`;
      project.write(file, `${block.given}\n${block.code}`);
      return file;
    });
    expect(files).not.toEqual([]);
    expect(await typeErrors(project, files)).toBe('');
  });

  it('blocks in TypeScript, and the examples of docs/api', async () => {
    const typed = blocks.filter(({ language }) => language === 'ts');
    const examples = pages
      .filter(isGenerated)
      .flatMap(blocksOf)
      .filter(({ lead }) => /^(#+ |\*\*)Examples?(\*\*)?$/.test(lead));
    expect(examples.length).toBeGreaterThan(20);
    expect(await exampleErrors([...typed, ...examples])).toBe('');
  });
});

describe('names on pages exist', () => {
  it.each(pages)('links of %s', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it.each(written)('commands within the lines of %s', (page) => {
    const text = readFileSync(page, 'utf8').replace(/^```[^]*?^```$/gm, '');
    const command = /`((?:npx |npm (?:run|test|install) |thalweg |script\/|node )[^`\n]*)`/g;
    for (const [, found] of text.matchAll(command)) checkCommand(page, found!);
  });
});

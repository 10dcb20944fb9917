/** The fenced blocks of a page, and what a comment before them says of how they run. */
import { readFileSync } from 'node:fs';

/** One fenced block. */
export interface Block {
  readonly page: string;
  /** Of the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** The last line before it that is not empty. */
  readonly lead: string;
  /** Code that the page leaves out, from `<!-- given … -->`: what a fragment speaks of. */
  readonly given: string;
  /** Whether it is more of the block before, from `<!-- goes on -->`. */
  readonly goesOn: boolean;
  /** Why it cannot run, from `<!-- left out: … -->`. */
  readonly leftOut: string | undefined;
  /** What its first line, `// train.mjs`, says that it is called. */
  readonly file: string | undefined;
}

const fence = /^(<!--(?:(?!-->)[^])*-->\n+)?(```+)([\w-]*)\n([^]*?)^\2$/gm;

/** The comment right before a fence; comments that are about something else are passed over. */
function readComment(comment: string) {
  const text = comment.replace(/^<!--\s*|\s*-->\s*$/g, '');
  return {
    given: /^given\n(.*)$/s.exec(text)?.[1] ?? '',
    goesOn: text === 'goes on',
    leftOut: /^left out: (.+)$/s.exec(text)?.[1],
  };
}

/** All blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(fence)].map((match) => {
    const [, comment = '', , language = '', code = ''] = match;
    const start = match.index + comment.length;
    const before = text.slice(0, start);
    return {
      ...{ page, language, code },
      line: before.split('\n').length,
      lead: before.trimEnd().split('\n').at(-1)!,
      ...readComment(comment.trimEnd()),
      file: /^\/\/ (\S+\.\w+)\n/.exec(code)?.[1],
    };
  });
}

/** Where a block stands, for messages. */
export const placeOf = ({ page, line }: Block): string => `${page}:${line}`;

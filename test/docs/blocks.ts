/** Reads the fenced blocks of a page, and the comments before them, which say how to run them. */
import { readFileSync } from 'node:fs';

/** One fenced block. */
export interface Block {
  readonly page: string;
  /** The line of the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** The last line before it that is not empty. */
  readonly lead: string;
  /** Code of `<!-- given … -->`, which the page leaves out and the block needs. */
  readonly given: string;
  /** True after `<!-- goes on -->`: the block continues the one before. */
  readonly goesOn: boolean;
  /** The reason in `<!-- left out: … -->` for which the block does not run. */
  readonly leftOut: string | undefined;
  /** The file name in the block's first line, such as `// train.mjs`. */
  readonly file: string | undefined;
}

const fence = /^(<!--(?:(?!-->)[^])*-->\n+)?(```+)([\w-]*)\n([^]*?)^\2$/gm;

/** Reads the comment right before a fence, and passes over comments with other contents. */
function readComment(comment: string) {
  const text = comment.replace(/^<!--\s*|\s*-->\s*$/g, '');
  return {
    given: /^given\n(.*)$/s.exec(text)?.[1] ?? '',
    goesOn: text === 'goes on',
    leftOut: /^left out: (.+)$/s.exec(text)?.[1],
  };
}

/** Returns all blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(page, 'utf8');
  return [...text.matchAll(fence)].map((match) => {
    const [, comment = '', , language = '', code = ''] = match;
    const start = match.index + comment.length;
    const before = text.slice(0, start);
    return {
      page,
      language,
      code,
      line: before.split('\n').length,
      lead: before.trimEnd().split('\n').at(-1)!,
      ...readComment(comment.trimEnd()),
      file: /^\/\/ (\S+\.\w+)\n/.exec(code)?.[1],
    };
  });
}

/** Names the place of a block, for messages. */
export const placeOf = ({ page, line }: Block): string => `${page}:${line}`;

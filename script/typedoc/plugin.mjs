/** The look of docs/api: which pages there are (pages.mjs), and what stands on one (theme.mjs). */
import { Converter } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { PageRouter, arrange } from './pages.mjs';
import { ReferenceTheme } from './theme.mjs';

/** A longer page is a list that nobody reads. */
const mostLines = 500;

/** Called by TypeDoc. */
export function load(app) {
  // Last of all: links are resolved by where a member stood.
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => arrange(project), -1000);
  app.renderer.defineRouter('pages', PageRouter);
  app.renderer.defineTheme('reference', ReferenceTheme);
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = page.contents
      .replaceAll(/^\*\*\*\n\n/gm, '')
      .replaceAll(/^(\*\*Returns\*\* .*)\n\n(?=\*\*Throws)/gm, '$1 · ');
    const lines = page.contents.split('\n').length;
    if (lines > mostLines)
      app.logger.warn(
        `${page.url}: ${lines} lines, of at most ${mostLines}; script/typedoc/pages.mjs`,
      );
  });
}

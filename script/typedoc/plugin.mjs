/** Makes the look of docs/api: pages.mjs chooses the pages, and theme.mjs writes one. */
import { Converter } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { PageRouter, arrange } from './pages.mjs';
import { ReferenceTheme } from './theme.mjs';

/** Nobody reads a longer page, which is but a list. */
const mostLines = 500;

/** TypeDoc calls it. */
export function load(app) {
  // It comes last: links are resolved by the place where a member stood.
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

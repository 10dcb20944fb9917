/** One page a namespace, `optim.md`, and tables without numbered anchors, which every edit would shift. */
import { ReflectionKind } from 'typedoc';
import { MarkdownPageEvent, ModuleRouter } from 'typedoc-plugin-markdown';

class NamespaceRouter extends ModuleRouter {
  getIdealBaseName(reflection) {
    return reflection.kind === ReflectionKind.Namespace
      ? reflection.name
      : super.getIdealBaseName(reflection);
  }
}

/** Called by TypeDoc. */
export function load(app) {
  app.renderer.defineRouter('namespace', NamespaceRouter);
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    const link = /\]\([^)]*#property-[^)]*\)/.exec(page.contents);
    if (link)
      app.logger.warn(`${page.url}: link to the interface, not to its property: ${link[0]}`);
    page.contents = page.contents.replaceAll(/<a id="property-[^"]*"><\/a> /g, '');
  });
}

/** Parts of docs/architecture.md that scripts write, each between two comments. */
import { readFileSync, writeFileSync } from 'node:fs';

const page = 'docs/architecture.md';

/** The page with a part replaced. */
function withPart(text, name, part) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${page} lacks ${begin} … ${end}`);
  return `${text.slice(0, from)}${begin}\n\n${part}\n\n${text.slice(to)}`;
}

/** Whether the page's part says this. */
export function isCurrent(name, part) {
  const text = readFileSync(page, 'utf8');
  return text === withPart(text, name, part);
}

/** Makes the page's part say this. */
export function writePart(name, part) {
  writeFileSync(page, withPart(readFileSync(page, 'utf8'), name, part));
}

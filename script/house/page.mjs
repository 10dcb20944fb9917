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

/** Says whether the page's part has this text. */
export function isCurrent(name, part) {
  const text = readFileSync(page, 'utf8');
  return text === withPart(text, name, part);
}

/** Writes this text into the page's part. */
export function writePart(name, part) {
  writeFileSync(page, withPart(readFileSync(page, 'utf8'), name, part));
}

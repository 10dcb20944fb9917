/**
 * Prints how long files and functions are, folder by folder. Then it prints each breach of a rule of
 * docs/architecture.md: circles, upward imports, exports that no other file imports, files above 300 lines
 * (of tests too), classes of native whose members several files define.
 *   --write   writes it into the page, which says what was so when it was last written
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dividedClasses } from './house/classes.mjs';
import { unneededExports } from './house/exports.mjs';
import { functionLengths } from './house/functions.mjs';
import { circlesIn, usesOf } from './house/imports.mjs';
import { layerOf, mayUse } from './house/layers.mjs';
import { writePart } from './house/page.mjs';

const mostLines = 300;

/** `median / 90th percentile / longest`. */
function spread(values) {
  if (values.length === 0) return '';
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)];
  return `${at(0.5)} / ${at(0.9)} / ${sorted.at(-1)}`;
}

const linesOf = (path) => readFileSync(path, 'utf8').split('\n').length - 1;
const folderOf = (path) => path.slice(0, path.lastIndexOf('/'));

const rows = [];
const faults = { circles: [], upward: [], long: [] };
for (const side of ['src', 'native']) {
  const uses = usesOf(side);
  const files = [...uses.keys()].map((file) => {
    const path = `${side}/${file}`;
    return { path, lines: linesOf(path), functions: functionLengths(path) };
  });
  const row = (name, some) => [
    name,
    some.length,
    spread(some.map(({ lines }) => lines)),
    spread(some.flatMap(({ functions }) => functions)),
  ];
  rows.push(row(`**${side}**`, files));
  const folders = new Map();
  for (const each of files) {
    const folder = folderOf(each.path);
    folders.set(folder, [...(folders.get(folder) ?? []), each]);
  }
  for (const [folder, some] of [...folders].sort()) rows.push(row(folder, some));
  for (const [file, used] of uses)
    for (const each of used)
      if (!mayUse(side, layerOf(file), layerOf(each))) faults.upward.push(`${file} → ${each}`);
  faults.circles.push(...circlesIn(uses).map((circle) => circle.join(', ')));
  faults.long.push(
    ...files
      .filter(({ lines }) => lines > mostLines)
      .map(({ path, lines }) => `${path} (${lines})`),
  );
}

const longTests = readdirSync('test', { recursive: true })
  .filter((name) => /\.(ts|mjs|cc|h)$/.test(name))
  .map((name) => ({ path: join('test', name), lines: linesOf(join('test', name)) }))
  .filter(({ lines }) => lines > mostLines)
  .map(({ path, lines }) => `${path} (${lines})`);

const list = (name, found) => `- ${name}: ${found.length === 0 ? 'none' : found.join('; ')}`;
const text = [
  '| folder | files | lines of a file: median / 90 % / most | lines of a function |',
  '| :-- | --: | --: | --: |',
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  '',
  list('circles', faults.circles),
  list('upward imports', faults.upward),
  list('exports that no other file imports', unneededExports()),
  list(`files above ${mostLines} lines`, [...faults.long, ...longTests]),
  list('classes over several files', dividedClasses()),
].join('\n');

console.log(text);
if (process.argv.includes('--write')) writePart('measures', text);

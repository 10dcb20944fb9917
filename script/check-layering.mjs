/**
 * Checks the dependency rules of docs/architecture.md, for src and native alike. Files use only lower
 * layers (script/house/layers.mjs), types included, and no files use each other in a circle. Only native/napi
 * and native/lab include napi.h. Only backends and the addons use the folder of one backend. Only
 * src/native.ts loads the addon, an index.ts only exports, one file of native defines the members of a
 * class, and the page prints the table of layers as it is.
 * Each breach is a line on stderr, and any breach makes the exit status 1.
 *   --write   writes the table into the page
 */
import { existsSync, readFileSync } from 'node:fs';
import { dividedClasses } from './house/classes.mjs';
import { circlesIn, usesOf } from './house/imports.mjs';
import { diagram, layerOf, mayUse } from './house/layers.mjs';
import { isCurrent, writePart } from './house/page.mjs';

const breaches = [];

for (const side of ['src', 'native']) {
  const uses = usesOf(side);
  for (const [file, used] of uses)
    for (const each of used)
      if (!mayUse(side, layerOf(file), layerOf(each)))
        breaches.push(`${side}/${file} uses ${side}/${each}, which is not in a lower layer`);
  for (const circle of circlesIn(uses)) breaches.push(`a circle in ${side}: ${circle.join(', ')}`);
}

const knowBackends = ['backends', 'napi', 'lab'];
for (const [file, used] of usesOf('native')) {
  for (const each of used)
    if (/^backends\/[^/]+\//.test(each) && !knowBackends.includes(layerOf(file)))
      breaches.push(`native/${file} uses native/${each}; only ${knowBackends.join(', ')} may`);
  const includesNapi = /#include <(napi|node_api)\.h>/.test(readFileSync(`native/${file}`, 'utf8'));
  if (includesNapi && !['napi', 'lab'].includes(layerOf(file)))
    breaches.push(`native/${file} includes napi.h; only native/napi and native/lab may`);
}

for (const each of dividedClasses())
  breaches.push(`a class of native has members in several files: ${each}`);

for (const file of usesOf('src').keys()) {
  const text = readFileSync(`src/${file}`, 'utf8');
  if (file !== 'native.ts' && /\brequire\(|process\.dlopen/.test(text))
    breaches.push(`src/${file} loads a module by require; only src/native.ts may`);
  if (file === 'index.ts' || file.endsWith('/index.ts')) {
    const code = text
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/^export [^;]* from '[^']+';$/gm, '');
    if (code.trim() !== '') breaches.push(`src/${file} does more than export`);
  }
}

const exists = (side, layer) => existsSync(`${side}/${layer}`) || existsSync(`${side}/${layer}.ts`);
const table = `\`\`\`\n${diagram(exists)}\n\`\`\``;
if (process.argv.includes('--write')) writePart('layers', table);
else if (!isCurrent('layers', table))
  breaches.push('docs/architecture.md prints other layers: run script/check-layering.mjs --write');

for (const breach of breaches) console.error(breach);
process.exit(breaches.length === 0 ? 0 : 1);

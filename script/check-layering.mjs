/**
 * The dependency rule of docs/architecture.md:
 * src → napi → train → backends → rules, ops, data → core. Includes point down only; napi.h is
 * included in native/napi alone; the addon is loaded in src/native.ts alone; an index.ts only
 * exports. Prints each breach; exit status 1 when there is one.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const allowed = {
  core: ['core'],
  rules: ['rules', 'core'],
  ops: ['ops', 'core'],
  data: ['data', 'core'],
  backends: ['backends', 'rules', 'ops', 'data', 'core'],
  train: ['train', 'backends', 'rules', 'ops', 'data', 'core'],
  napi: ['napi', 'train', 'backends', 'rules', 'ops', 'data', 'core'],
};

function filesUnder(folder, endings) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const breaches = [];

for (const file of filesUnder('native', ['.h', '.cc', '.cu', '.cuh', '.def'])) {
  const layer = relative('native', file).split(sep)[0];
  for (const [, included] of readFileSync(file, 'utf8').matchAll(/^#include "([^"]+)"/gm)) {
    const target = included.split('/')[0];
    if (!allowed[layer]?.includes(target)) breaches.push(`${file} includes ${included}`);
  }
  if (layer !== 'napi' && /#include <(napi|node_api)\.h>/.test(readFileSync(file, 'utf8')))
    breaches.push(`${file} includes napi.h; only native/napi may`);
}

for (const file of filesUnder('src', ['.ts'])) {
  const text = readFileSync(file, 'utf8');
  if (!file.endsWith(`src${sep}native.ts`) && /\brequire\(|process\.dlopen/.test(text))
    breaches.push(`${file} loads a module by require; only src/native.ts may`);
  if (file.endsWith(`${sep}index.ts`)) {
    const code = text
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/^export [^;]* from '[^']+';$/gm, '');
    if (code.trim() !== '') breaches.push(`${file} does more than export`);
  }
}

for (const breach of breaches) console.error(breach);
process.exit(breaches.length === 0 ? 0 : 1);

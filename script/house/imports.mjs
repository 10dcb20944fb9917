/** Which file uses which, on both sides; types count as well. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

const endings = { src: ['.ts'], native: ['.h', '.cc', '.cu', '.cuh', '.def'] };

/** The files of a side, by paths within it. */
export function filesOf(side) {
  return readdirSync(side, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && endings[side].some((ending) => entry.name.endsWith(ending)),
    )
    .map((entry) => relative(side, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Lists the package's own files that a TypeScript file imports or exports from, types too. */
function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(`src/${file}`, 'utf8'));
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'));
}

function includesOf(file) {
  const text = readFileSync(`native/${file}`, 'utf8');
  return [...text.matchAll(/^#include "([^"]+)"/gm)].map(([, name]) => name);
}

/** Each file of a side with the files that it uses. */
export function usesOf(side) {
  const read = side === 'src' ? importsOf : includesOf;
  return new Map(filesOf(side).map((file) => [file, [...new Set(read(file))]]));
}

/** Groups of files that use each other in a circle (Tarjan 1972). */
export function circlesIn(uses) {
  const order = new Map();
  const lowest = new Map();
  const open = [];
  const circles = [];
  const visit = (file) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file));
    open.push(file);
    for (const next of uses.get(file) ?? []) {
      if (!uses.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(file, Math.min(lowest.get(file), lowest.get(next)));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1 || uses.get(file).includes(file)) circles.push(circle);
  };
  for (const file of uses.keys()) if (!order.has(file)) visit(file);
  return circles;
}
